package dev.holdfast.locks.kernel;

/** Ranges of bytes as fcntl(2) knows them. */
final class Ranges {
  private Ranges() {}

  static void check(long start, long length) {
    if (start < 0 || length < 0 || start + length < 0) {
      throw new IllegalArgumentException("no such range: start " + start + ", length " + length);
    }
  }
}
