package dev.holdfast.libc;

/** Terminals, termios(3). */
public final class Termios {
  private static final int TIOCGWINSZ = 0x5413;

  private Termios() {}

  /** {@code struct winsize}: the size in characters; 0 where the terminal does not know. */
  public record Winsize(int rows, int columns) {}

  /**
   * {@code int tcgetwinsize(int fildes, struct winsize *)}, TIOCGWINSZ of ioctl_tty(2). It fails
   * with ENOTTY exactly where the descriptor is no terminal, so it answers isatty(3) as well.
   */
  public static Result<Winsize> tcgetwinsize(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long size = scratch.allocateZeroed(8);
      SyscallResult result = Kernel.call(scratch, Sysno.IOCTL, fd, TIOCGWINSZ, size);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      // Two unsigned shorts; every architecture we run on is little-endian.
      int pair = Memory.getInt(size);
      return Result.of(new Winsize(pair & 0xffff, pair >>> 16));
    }
  }
}
