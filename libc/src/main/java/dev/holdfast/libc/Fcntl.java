package dev.holdfast.libc;

/**
 * {@code <fcntl.h>}: opening, and what is asked of an open descriptor.
 *
 * <p>A path is bytes without a terminating NUL; one that contains a NUL is refused with {@code
 * EINVAL}. Where a {@code dirfd} is taken, {@link #AT_FDCWD} is the current directory. Every
 * descriptor made here is close-on-exec.
 */
public final class Fcntl {
  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_EACCESS = 0x200;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_SYMLINK_FOLLOW = 0x400;
  public static final int AT_NO_AUTOMOUNT = 0x800;
  public static final int AT_EMPTY_PATH = 0x1000;
  public static final int AT_STATX_DONT_SYNC = 0x4000;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_ACCMODE = 3;
  public static final int O_CREAT = 0100;
  public static final int O_EXCL = 0200;
  public static final int O_NOCTTY = 0400;
  public static final int O_TRUNC = 01000;
  public static final int O_APPEND = 02000;
  public static final int O_NONBLOCK = 04000;
  public static final int O_DSYNC = 010000;
  public static final int O_NOATIME = 01000000;
  public static final int O_CLOEXEC = 02000000;
  public static final int O_SYNC = 04010000;
  public static final int O_PATH = 010000000;
  public static final int O_DIRECT = Arch.pick(040000, 0200000);
  public static final int O_LARGEFILE = Arch.pick(0100000, 0400000);
  public static final int O_DIRECTORY = Arch.pick(0200000, 040000);
  public static final int O_NOFOLLOW = Arch.pick(0400000, 0100000);
  public static final int O_TMPFILE = 020000000 | O_DIRECTORY;

  public static final long RESOLVE_NO_XDEV = 0x01;
  public static final long RESOLVE_NO_MAGICLINKS = 0x02;
  public static final long RESOLVE_NO_SYMLINKS = 0x04;
  public static final long RESOLVE_BENEATH = 0x08;
  public static final long RESOLVE_IN_ROOT = 0x10;
  public static final long RESOLVE_CACHED = 0x20;

  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int F_GETFD = 1;
  public static final int F_SETFD = 2;
  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;
  public static final int FD_CLOEXEC = 1;

  private static final int OPEN_HOW_SIZE = 24;

  private Fcntl() {}

  /**
   * {@code int openat(int dirfd, const char *path, int flags, mode_t mode)}, open(2), Linux 2.6.16.
   * {@code O_CLOEXEC} is always added.
   *
   * <p>Callers act on: {@code ENOENT}, {@code EEXIST} (with O_EXCL), {@code ELOOP} (a link under
   * O_NOFOLLOW), {@code ENXIO} (FIFO without reader, or a socket), {@code EINTR} (FIFO), {@code
   * EMFILE}, {@code ENFILE}.
   */
  public static SyscallResult openat(int dirfd, byte[] path, int flags, int mode) {
    try (Scratch scratch = Scratch.open()) {
      if (Paths.invalid(path)) {
        return SyscallResult.failure(Errno.EINVAL);
      }
      long p = scratch.cString(path);
      return Kernel.call(scratch, Sysno.OPENAT, dirfd, p, flags | O_CLOEXEC, mode, 0, 0);
    }
  }

  /**
   * {@code long openat2(int dirfd, const char *path, struct open_how *how, size_t size)},
   * openat2(2), Linux 5.6. {@code O_CLOEXEC} is always added.
   *
   * <p>Callers act on: {@code EXDEV} (left the directory), {@code ELOOP} (a link where none is
   * allowed), {@code EAGAIN} (raced with a rename: try again, with a bound), {@code ENOSYS} and
   * {@code EPERM} (no such call, or a filter refuses it).
   *
   * @param mode must be 0 unless the flags create
   */
  public static SyscallResult openat2(int dirfd, byte[] path, long flags, int mode, long resolve) {
    try (Scratch scratch = Scratch.open()) {
      if (Paths.invalid(path)) {
        return SyscallResult.failure(Errno.EINVAL);
      }
      long how = scratch.allocate(OPEN_HOW_SIZE);
      Memory.putLong(how, flags | O_CLOEXEC);
      Memory.putLong(how + 8, mode);
      Memory.putLong(how + 16, resolve);
      long p = scratch.cString(path);
      return Kernel.call(scratch, Sysno.OPENAT2, dirfd, p, how, OPEN_HOW_SIZE, 0, 0);
    }
  }

  /**
   * {@code int fcntl(int fd, int op, int arg)}, fcntl(2), for the operations that take a number.
   * The blocking lock operations are elsewhere: this one may be called from any thread.
   */
  public static SyscallResult fcntl(int fd, int operation, long argument) {
    return Kernel.call(Sysno.FCNTL, fd, operation, argument);
  }
}
