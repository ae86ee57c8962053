package dev.holdfast.cli.command;

import dev.holdfast.path.FileName;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/**
 * A path as it was typed. {@link Path} forgets a slash at its end, which says that a directory is
 * meant; and to the kernel {@code link/} is what the link leads to.
 *
 * @param path the same without the slash
 * @param slash whether it ended in one
 */
public record TypedPath(Path path, boolean slash) {
  /** An empty name is no file's, path_resolution(7); Java takes it for the working directory. */
  public static TypedPath of(String typed) {
    if (typed.isEmpty()) {
      throw new TypeConversionException("'' is not a path");
    }
    return new TypedPath(FileName.pathOf(typed), typed.length() > 1 && typed.endsWith("/"));
  }

  /**
   * The name of a file.
   *
   * @throws CommandFailure for what can only be a directory: {@code /}, or what ends in a slash,
   *     {@code .} or {@code ..}
   */
  public Path file() {
    Path last = path.getFileName();
    if (last == null || last.toString().equals(".") || last.toString().equals("..")) {
      throw CommandFailure.usage(FileName.shownOf(path), "is a directory (EISDIR); name a file");
    }
    if (slash) {
      throw CommandFailure.undecided(
          this.toString(),
          Files.isDirectory(path) ? "is a directory (EISDIR)" : "not a directory (ENOTDIR)");
    }
    return path;
  }

  /**
   * The name of anything; with a slash, of a directory that is there. This look is only to tell a
   * mistake: no link is followed by what comes after it either.
   *
   * @throws CommandFailure if a directory was meant, and there is none
   */
  public Path entry() {
    if (slash && Files.isSymbolicLink(path)) {
      throw CommandFailure.undecided(
          this.toString(),
          "is a symbolic link, which is not followed [S05]; name what it leads to, or the link"
              + " without the slash");
    }
    if (slash
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.undecided(this.toString(), "not a directory (ENOTDIR)");
    }
    return path;
  }

  /** For people. */
  @Override
  public String toString() {
    return FileName.shownOf(path) + (slash ? "/" : "");
  }
}
