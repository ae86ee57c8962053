package dev.holdfast.libc;

import java.util.Objects;

/**
 * {@code <unistd.h>} and its neighbours ({@code <stdio.h>} rename, {@code <sys/stat.h>} mkdir and
 * chmod): calls on descriptors and on names relative to a directory descriptor.
 *
 * <p>Paths as in {@link Fcntl}. Every call answers the kernel's result; {@code EINTR} is the
 * caller's visible decision, and {@link #close} is never to be retried.
 */
public final class Unistd {
  public static final int F_OK = 0;
  public static final int X_OK = 1;
  public static final int W_OK = 2;
  public static final int R_OK = 4;
  public static final int SEEK_SET = 0;
  public static final int SEEK_CUR = 1;
  public static final int SEEK_END = 2;

  /** lseek(2): to the next data at or after an offset; {@code ENXIO} if there is none. */
  public static final int SEEK_DATA = 3;

  /** lseek(2): to the next hole at or after an offset. */
  public static final int SEEK_HOLE = 4;

  public static final int RENAME_NOREPLACE = 1;
  public static final int RENAME_EXCHANGE = 2;
  public static final int RENAME_WHITEOUT = 4;
  public static final long UTIME_NOW = (1L << 30) - 1;
  public static final long UTIME_OMIT = (1L << 30) - 2;

  private static final int PATH_MAX = 4096;

  private static final int CLOSE_RANGE_CLOEXEC = 4;

  private Unistd() {}

  private static SyscallResult onPath(Sysno call, int dirfd, byte[] path, long c, long d, long e) {
    if (Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, call, dirfd, scratch.cString(path), c, d, e, 0);
    }
  }

  /** {@code int close(int fd)}, close(2). The number is free again whatever this answers. */
  public static SyscallResult close(int fd) {
    return Kernel.call(Sysno.CLOSE, fd, 0, 0);
  }

  /**
   * {@code int close_range(unsigned first, unsigned last, CLOSE_RANGE_CLOEXEC)}, close_range(2),
   * Linux 5.11: marks all descriptors from {@code first} on close-on-exec. Where the kernel is
   * older, {@code ENOSYS} or {@code EINVAL}.
   */
  public static SyscallResult close_range_cloexec(int first) {
    return Kernel.call(Sysno.CLOSE_RANGE, first, 0xffffffffL, CLOSE_RANGE_CLOEXEC);
  }

  /** {@code ssize_t read(int fd, void *buf, size_t count)}, read(2). */
  public static SyscallResult read(int fd, byte[] buffer, int offset, int length) {
    return readAt(Sysno.READ, fd, buffer, offset, length, 0);
  }

  /** {@code ssize_t pread(int fd, void *buf, size_t count, off_t offset)}, pread(2). */
  public static SyscallResult pread(int fd, byte[] buffer, int offset, int length, long position) {
    return readAt(Sysno.PREAD64, fd, buffer, offset, length, position);
  }

  private static SyscallResult readAt(
      Sysno call, int fd, byte[] buffer, int offset, int length, long position) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    try (Scratch scratch = Scratch.open()) {
      long native_ = scratch.allocate(length);
      SyscallResult result = Kernel.call(scratch, call, fd, native_, length, position, 0, 0);
      if (result.ok()) {
        Memory.copyOut(native_, buffer, offset, result.intValue());
      }
      return result;
    }
  }

  /** {@code ssize_t write(int fd, const void *buf, size_t count)}, write(2). May write less. */
  public static SyscallResult write(int fd, byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    try (Scratch scratch = Scratch.open()) {
      long native_ = scratch.bytes(buffer, offset, length);
      return Kernel.call(scratch, Sysno.WRITE, fd, native_, length);
    }
  }

  /** {@code ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)}, pwrite(2). */
  public static SyscallResult pwrite(int fd, byte[] buffer, int offset, int length, long position) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    try (Scratch scratch = Scratch.open()) {
      long native_ = scratch.bytes(buffer, offset, length);
      return Kernel.call(scratch, Sysno.PWRITE64, fd, native_, length, position, 0, 0);
    }
  }

  /** {@code off_t lseek(int fd, off_t offset, int whence)}, lseek(2). */
  public static SyscallResult lseek(int fd, long offset, int whence) {
    return Kernel.call(Sysno.LSEEK, fd, offset, whence);
  }

  /** {@code int ftruncate(int fd, off_t length)}, ftruncate(2). */
  public static SyscallResult ftruncate(int fd, long length) {
    return Kernel.call(Sysno.FTRUNCATE, fd, length, 0);
  }

  /** {@code int fsync(int fd)}, fsync(2). After {@code EIO} the data may be lost: do not retry. */
  public static SyscallResult fsync(int fd) {
    return Kernel.call(Sysno.FSYNC, fd, 0, 0);
  }

  /** {@code int fdatasync(int fd)}, fdatasync(2). */
  public static SyscallResult fdatasync(int fd) {
    return Kernel.call(Sysno.FDATASYNC, fd, 0, 0);
  }

  /**
   * {@code int fchmod(int fd, mode_t mode)}, fchmod(2). Fails with EBADF on an O_PATH descriptor.
   */
  public static SyscallResult fchmod(int fd, int mode) {
    return Kernel.call(Sysno.FCHMOD, fd, mode, 0);
  }

  /** {@code int fchown(int fd, uid_t owner, gid_t group)}, fchown(2); -1 keeps. */
  public static SyscallResult fchown(int fd, int uid, int gid) {
    return Kernel.call(Sysno.FCHOWN, fd, uid & 0xffffffffL, gid & 0xffffffffL);
  }

  /** The kernel's {@code fchmodat(dirfd, path, mode)}, chmod(2): always follows a last link. */
  public static SyscallResult fchmodat(int dirfd, byte[] path, int mode) {
    return onPath(Sysno.FCHMODAT, dirfd, path, mode, 0, 0);
  }

  /** {@code int fchmodat2(dirfd, path, mode, flags)}, Linux 6.6: obeys AT_SYMLINK_NOFOLLOW. */
  public static SyscallResult fchmodat2(int dirfd, byte[] path, int mode, int flags) {
    return onPath(Sysno.FCHMODAT2, dirfd, path, mode, flags, 0);
  }

  /** {@code int fchownat(int dirfd, const char *path, uid_t, gid_t, int flags)}, chown(2). */
  public static SyscallResult fchownat(int dirfd, byte[] path, int uid, int gid, int flags) {
    return onPath(Sysno.FCHOWNAT, dirfd, path, uid & 0xffffffffL, gid & 0xffffffffL, flags);
  }

  /** {@code int faccessat2(dirfd, path, mode, flags)}, access(2), Linux 5.8. */
  public static SyscallResult faccessat2(int dirfd, byte[] path, int mode, int flags) {
    return onPath(Sysno.FACCESSAT2, dirfd, path, mode, flags, 0);
  }

  /** {@code int mkdirat(int dirfd, const char *path, mode_t mode)}, mkdir(2). Umask applies. */
  public static SyscallResult mkdirat(int dirfd, byte[] path, int mode) {
    return onPath(Sysno.MKDIRAT, dirfd, path, mode, 0, 0);
  }

  /** {@code int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)}, mknod(2). */
  public static SyscallResult mknodat(int dirfd, byte[] path, int mode, int dev) {
    return onPath(Sysno.MKNODAT, dirfd, path, mode, dev, 0);
  }

  /** {@code int unlinkat(int dirfd, const char *path, int flags)}, unlink(2). */
  public static SyscallResult unlinkat(int dirfd, byte[] path, int flags) {
    return onPath(Sysno.UNLINKAT, dirfd, path, flags, 0, 0);
  }

  /** {@code int symlinkat(const char *target, int dirfd, const char *path)}, symlink(2). */
  public static SyscallResult symlinkat(byte[] target, int dirfd, byte[] path) {
    if (Paths.invalid(target) || Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long t = scratch.cString(target);
      return Kernel.call(scratch, Sysno.SYMLINKAT, t, dirfd, scratch.cString(path));
    }
  }

  /** {@code int linkat(olddirfd, old, newdirfd, new, flags)}, link(2). Follows only if asked. */
  public static SyscallResult linkat(
      int oldDirfd, byte[] oldPath, int newDirfd, byte[] newPath, int flags) {
    return onTwoPaths(Sysno.LINKAT, oldDirfd, oldPath, newDirfd, newPath, flags);
  }

  /**
   * {@code int renameat2(olddirfd, old, newdirfd, new, unsigned flags)}, rename(2), Linux 3.15.
   *
   * <p>Callers act on: {@code EEXIST} (NOREPLACE), {@code EINVAL} (a flag the file system lacks),
   * {@code EXDEV}, {@code ENOTEMPTY}.
   */
  public static SyscallResult renameat2(
      int oldDirfd, byte[] oldPath, int newDirfd, byte[] newPath, int flags) {
    return onTwoPaths(Sysno.RENAMEAT2, oldDirfd, oldPath, newDirfd, newPath, flags);
  }

  private static SyscallResult onTwoPaths(
      Sysno call, int oldDirfd, byte[] oldPath, int newDirfd, byte[] newPath, int flags) {
    if (Paths.invalid(oldPath) || Paths.invalid(newPath)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long from = scratch.cString(oldPath);
      long to = scratch.cString(newPath);
      return Kernel.call(scratch, call, oldDirfd, from, newDirfd, to, flags, 0);
    }
  }

  /**
   * {@code ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t size)}, readlink(2).
   * {@code EINVAL} if it is no link; a target that does not fit is {@code ENAMETOOLONG} here.
   */
  public static Result<byte[]> readlinkat(int dirfd, byte[] path) {
    if (Paths.invalid(path)) {
      return Result.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long p = scratch.cString(path);
      long buffer = scratch.allocate(PATH_MAX);
      SyscallResult result =
          Kernel.call(scratch, Sysno.READLINKAT, dirfd, p, buffer, PATH_MAX, 0, 0);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      int length = result.intValue();
      if (length == PATH_MAX) {
        return Result.failure(Errno.ENAMETOOLONG);
      }
      byte[] target = new byte[length];
      Memory.copyOut(buffer, target, 0, length);
      return Result.of(target);
    }
  }

  /**
   * {@code int utimensat(dirfd, path, const struct timespec[2], flags)}, utimensat(2). The
   * nanoseconds may be {@link #UTIME_NOW} or {@link #UTIME_OMIT}. An empty path with {@link
   * Fcntl#AT_EMPTY_PATH} (Linux 5.8) acts on the descriptor.
   */
  public static SyscallResult utimensat(
      int dirfd,
      byte[] path,
      long atimeSeconds,
      long atimeNanos,
      long mtimeSeconds,
      long mtimeNanos,
      int flags) {
    if (Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long times = scratch.allocate(32);
      Memory.putLong(times, atimeSeconds);
      Memory.putLong(times + 8, atimeNanos);
      Memory.putLong(times + 16, mtimeSeconds);
      Memory.putLong(times + 24, mtimeNanos);
      long p = scratch.cString(path);
      return Kernel.call(scratch, Sysno.UTIMENSAT, dirfd, p, times, flags, 0, 0);
    }
  }

  /**
   * {@code int pipe2(int fds[2], int flags)}, pipe(2), always close-on-exec.
   *
   * @param ends gets the end that is read from, then the one that is written to
   */
  public static SyscallResult pipe2(int[] ends) {
    try (Scratch scratch = Scratch.open()) {
      long fds = scratch.allocate(8);
      SyscallResult made = Kernel.call(scratch, Sysno.PIPE2, fds, Fcntl.O_CLOEXEC, 0, 0, 0, 0);
      if (made.ok()) {
        ends[0] = Memory.getInt(fds);
        ends[1] = Memory.getInt(fds + 4);
      }
      return made;
    }
  }

  /** {@code int dup3(int oldfd, int newfd, int flags)}, dup(2), always close-on-exec. */
  public static SyscallResult dup3(int oldFd, int newFd) {
    return Kernel.call(Sysno.DUP3, oldFd, newFd, Fcntl.O_CLOEXEC);
  }

  /**
   * {@code int chdir(const char *path)}, chdir(2): of the whole process, unless CLONE_FS was
   * unshared by this thread.
   */
  public static SyscallResult chdir(byte[] path) {
    return onFirst(Sysno.CHDIR, path);
  }

  /** {@code int fchdir(int fd)}, chdir(2): scope as {@link #chdir}. */
  public static SyscallResult fchdir(int fd) {
    return Kernel.call(Sysno.FCHDIR, fd, 0, 0);
  }

  /** {@code int chroot(const char *path)}, chroot(2): scope as {@link #chdir}. */
  public static SyscallResult chroot(byte[] path) {
    return onFirst(Sysno.CHROOT, path);
  }

  private static SyscallResult onFirst(Sysno call, byte[] path) {
    if (Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, call, scratch.cString(path), 0, 0);
    }
  }

  /**
   * {@code ssize_t copy_file_range(int fd_in, NULL, int fd_out, NULL, size_t len, 0)}, Linux 4.5,
   * between file systems since 5.19. Moves both file offsets; answers 0 at the end of the input.
   *
   * <p>Callers act on: {@code EXDEV}, {@code EINVAL}, {@code EOPNOTSUPP}, {@code ENOSYS} (copy by
   * reading and writing instead).
   */
  public static SyscallResult copy_file_range(int fdIn, int fdOut, long length) {
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, Sysno.COPY_FILE_RANGE, fdIn, 0, fdOut, 0, length, 0);
    }
  }

  public static int getpid() {
    return Kernel.call(Sysno.GETPID, 0, 0, 0).intValue();
  }

  public static int gettid() {
    return Kernel.call(Sysno.GETTID, 0, 0, 0).intValue();
  }
}
