package dev.holdfast.libc;

/**
 * {@code <fcntl.h>}: leases, F_SETLEASE(2const). The kernel tells a holder by a signal before
 * another process's open goes on; the default signal kills a Java process, so {@link #setSignal}
 * comes first.
 */
public final class Leases {
  public static final int F_RDLCK = 0;
  public static final int F_WRLCK = 1;
  public static final int F_UNLCK = 2;

  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_GETLEASE = 1025;

  private Leases() {}

  /** {@code fcntl(fd, F_SETSIG, sig)}: which signal tells of a break. */
  public static SyscallResult setSignal(int fd, int signal) {
    return Fcntl.fcntl(fd, F_SETSIG, signal);
  }

  /**
   * {@code fcntl(fd, F_SETLEASE, type)}. {@code EAGAIN}: the file is open elsewhere; {@code
   * EACCES}: it is not ours and we lack CAP_LEASE; {@code EINVAL}: no regular file, or a file
   * system without leases.
   */
  public static SyscallResult setlease(int fd, int type) {
    return Fcntl.fcntl(fd, F_SETLEASE, type);
  }

  /** {@code fcntl(fd, F_GETLEASE)}: what is held; while it is being broken, what it must become. */
  public static SyscallResult getlease(int fd) {
    return Fcntl.fcntl(fd, F_GETLEASE, 0);
  }
}
