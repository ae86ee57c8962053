package dev.holdfast.libc;

/** Leases of {@code <fcntl.h>}: F_SETLEASE(2const), and the signal that asks for one back. */
public final class Lease {
  public static final int F_RDLCK = 0;
  public static final int F_WRLCK = 1;
  public static final int F_UNLCK = 2;

  /** Its default action is to be ignored. */
  public static final int SIGWINCH = 28;

  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_GETLEASE = 1025;

  private Lease() {}

  /**
   * {@code fcntl(fd, F_SETSIG, int sig)}: instead of {@code SIGIO}, which would end the process.
   */
  public static SyscallResult setSignal(int fd, int signal) {
    return Fcntl.fcntl(fd, F_SETSIG, signal);
  }

  /**
   * {@code fcntl(fd, F_SETLEASE, int type)}. A write lease is given only while no other open
   * description of the file exists.
   *
   * <p>Callers act on: {@code EAGAIN} (somebody has it open), {@code EACCES} (neither the owner nor
   * {@code CAP_LEASE}), {@code EINVAL} (no regular file, or a file system without leases).
   */
  public static SyscallResult set(int fd, int type) {
    return Fcntl.fcntl(fd, F_SETLEASE, type);
  }

  /**
   * {@code fcntl(fd, F_GETLEASE)}: the type that is held; a lesser one while somebody waits to open
   * the file.
   */
  public static SyscallResult get(int fd) {
    return Fcntl.fcntl(fd, F_GETLEASE, 0);
  }
}
