package dev.holdfast.prove.watch;

/**
 * A path argument.
 *
 * @param dirfd what a relative path starts from
 * @param path as the victim passed it; empty means the descriptor itself
 * @param follow whether a link in the last place is followed
 */
public record Operand(int dirfd, byte[] path, boolean follow) {
  public boolean isDescriptorOnly() {
    return path.length == 0;
  }
}
