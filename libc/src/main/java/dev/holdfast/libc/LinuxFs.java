package dev.holdfast.libc;

/**
 * {@code <linux/fs.h>}, ioctls on open files: inode flags, ioctl_iflags(2) and chattr(1); the
 * project that an inode is counted for; shared blocks. None of it by O_PATH descriptors.
 */
public final class LinuxFs {
  public static final int FS_SECRM_FL = 0x1;
  public static final int FS_UNRM_FL = 0x2;
  public static final int FS_COMPR_FL = 0x4;
  public static final int FS_SYNC_FL = 0x8;
  public static final int FS_NODUMP_FL = 0x40;
  public static final int FS_NOATIME_FL = 0x80;
  public static final int FS_NOCOMP_FL = 0x400;
  public static final int FS_JOURNAL_DATA_FL = 0x4000;
  public static final int FS_NOTAIL_FL = 0x8000;
  public static final int FS_NOCOW_FL = 0x800000;
  public static final int FS_DAX_FL = 0x2000000;

  /** New entries of a directory are counted for its project. */
  public static final int FS_XFLAG_PROJINHERIT = 0x200;

  private static final long FICLONE = 0x40049409L;

  /** {@code _IOR('f', 1, long)}; but what is written is an int. */
  private static final long FS_IOC_GETFLAGS = 0x80086601L;

  /** {@code _IOW('f', 2, long)}; but what is read is an int. */
  private static final long FS_IOC_SETFLAGS = 0x40086602L;

  /** {@code _IOR('X', 31, struct fsxattr)}. */
  private static final long FS_IOC_FSGETXATTR = 0x801c581fL;

  /** {@code _IOW('X', 32, struct fsxattr)}. */
  private static final long FS_IOC_FSSETXATTR = 0x401c5820L;

  /** {@code struct fsxattr}. */
  private static final int FSXATTR = 28;

  private static final int FSX_PROJID = 12;

  private LinuxFs() {}

  /** {@code int ioctl(int dest_fd, FICLONE, int src_fd)}: shares the blocks, copy on write. */
  public static SyscallResult ficlone(int destinationFd, int sourceFd) {
    return Kernel.call(Sysno.IOCTL, destinationFd, FICLONE, sourceFd);
  }

  /**
   * {@code int ioctl(int fd, FS_IOC_GETFLAGS, int *flags)}.
   *
   * <p>Callers act on: {@code ENOTTY}, {@code EOPNOTSUPP}, {@code ENOSYS} (the file system has
   * none).
   */
  public static Result<Integer> getflags(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long flags = scratch.allocateZeroed(8);
      SyscallResult result = Kernel.call(scratch, Sysno.IOCTL, fd, FS_IOC_GETFLAGS, flags);
      return result.ok() ? Result.of(Memory.getInt(flags)) : Result.failure(result.errno());
    }
  }

  /**
   * {@code int ioctl(int fd, FS_IOC_SETFLAGS, const int *flags)}.
   *
   * <p>Callers act on: {@code EPERM} (not the owner, or a flag that needs {@code
   * CAP_LINUX_IMMUTABLE}), {@code EOPNOTSUPP}, {@code EINVAL} (not on this file system, or not on
   * this file any more).
   */
  public static SyscallResult setflags(int fd, int flags) {
    try (Scratch scratch = Scratch.open()) {
      long at = scratch.allocateZeroed(8);
      Memory.putInt(at, flags);
      return Kernel.call(scratch, Sysno.IOCTL, fd, FS_IOC_SETFLAGS, at);
    }
  }

  /**
   * Of {@code struct fsxattr}.
   *
   * @param xflags {@code FS_XFLAG_*}
   * @param project 0 for none
   */
  public record Fsxattr(int xflags, int project) {}

  /**
   * {@code int ioctl(int fd, FS_IOC_FSGETXATTR, struct fsxattr *)}, Linux 4.5.
   *
   * <p>Callers act on: {@code ENOTTY}, {@code EOPNOTSUPP}, {@code ENOSYS} (the file system has
   * none).
   */
  public static Result<Fsxattr> fsgetxattr(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long at = scratch.allocateZeroed(FSXATTR);
      SyscallResult result = Kernel.call(scratch, Sysno.IOCTL, fd, FS_IOC_FSGETXATTR, at);
      return result.ok()
          ? Result.of(new Fsxattr(Memory.getInt(at), Memory.getInt(at + FSX_PROJID)))
          : Result.failure(result.errno());
    }
  }

  /**
   * {@code int ioctl(int fd, FS_IOC_FSSETXATTR, const struct fsxattr *)} with another project, and
   * all else as it is.
   *
   * <p>Callers act on: {@code EPERM}, {@code EINVAL} (in a user namespace), {@code EOPNOTSUPP} (the
   * file system counts for none).
   */
  public static SyscallResult setproject(int fd, int project) {
    try (Scratch scratch = Scratch.open()) {
      long at = scratch.allocateZeroed(FSXATTR);
      SyscallResult read = Kernel.call(scratch, Sysno.IOCTL, fd, FS_IOC_FSGETXATTR, at);
      if (read.failed()) {
        return read;
      }
      Memory.putInt(at + FSX_PROJID, project);
      return Kernel.call(scratch, Sysno.IOCTL, fd, FS_IOC_FSSETXATTR, at);
    }
  }
}
