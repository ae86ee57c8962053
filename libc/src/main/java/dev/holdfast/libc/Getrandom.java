package dev.holdfast.libc;

/** {@code <sys/random.h>}: the kernel's random bytes, which a fork cannot repeat. */
public final class Getrandom {
  /** What one call always answers in full, random(7). */
  private static final int MAX = 256;

  private Getrandom() {}

  /** {@code ssize_t getrandom(void *buf, size_t length, 0)}, getrandom(2), Linux 3.17. */
  public static Result<byte[]> getrandom(int length) {
    if (length < 0 || length > MAX) {
      throw new IllegalArgumentException("at most " + MAX + " bytes: " + length);
    }
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(length);
      SyscallResult result;
      do {
        // Only the very first call after boot can be interrupted: it waits for the seed.
        result = Kernel.call(scratch, Sysno.GETRANDOM, buffer, length, 0);
      } while (result.is(Errno.EINTR));
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      byte[] bytes = new byte[length];
      Memory.copyOut(buffer, bytes, 0, length);
      return Result.of(bytes);
    }
  }
}
