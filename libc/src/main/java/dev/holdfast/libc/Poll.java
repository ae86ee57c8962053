package dev.holdfast.libc;

/** {@code <poll.h>}: waiting for one descriptor. */
public final class Poll {
  public static final int POLLIN = 0x1;
  public static final int POLLOUT = 0x4;
  public static final int POLLERR = 0x8;
  public static final int POLLHUP = 0x10;
  public static final int POLLNVAL = 0x20;

  private Poll() {}

  /**
   * {@code int ppoll(struct pollfd *fds, 1, const struct timespec *timeout, NULL)}, poll(2).
   * Answers the events that came, 0 at the time-out. A negative time-out waits for ever.
   *
   * <p>Callers act on: {@code EINTR}. Blocks, deaf to {@link Thread#interrupt}: wait in slices.
   */
  public static SyscallResult poll(int fd, int events, int timeoutMillis) {
    try (Scratch scratch = Scratch.open()) {
      long pollfd = scratch.allocate(8);
      Memory.putInt(pollfd, fd);
      Memory.putShort(pollfd + 4, (short) events);
      Memory.putShort(pollfd + 6, (short) 0);
      long timeout = 0;
      if (timeoutMillis >= 0) {
        timeout = scratch.allocate(16);
        Memory.putLong(timeout, timeoutMillis / 1000);
        Memory.putLong(timeout + 8, timeoutMillis % 1000 * 1_000_000L);
      }
      SyscallResult result = Kernel.call(scratch, Sysno.PPOLL, pollfd, 1, timeout, 0, 8, 0);
      return result.ok() && result.raw() > 0
          ? new SyscallResult(Memory.getShort(pollfd + 6) & 0xffff)
          : result;
    }
  }
}
