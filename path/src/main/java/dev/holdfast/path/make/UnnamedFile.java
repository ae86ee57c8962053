package dev.holdfast.path.make;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.proc.ProcSelfFd;

/**
 * A file without a name, which gets one in an instant when it is complete, and is gone with its
 * process until then: open(2) on O_TMPFILE. Threads: safe for all.
 */
public final class UnnamedFile {
  private static final byte[] SELF = {'.'};
  private static final byte[] EMPTY = new byte[0];

  private UnnamedFile() {}

  /** Without O_EXCL, which would forbid giving it a name later. */
  public static SyscallResult open(int dirfd, int mode) {
    return Fcntl.openat(dirfd, SELF, Fcntl.O_TMPFILE | Fcntl.O_RDWR | Fcntl.O_NOCTTY, mode);
  }

  /** What kernels and file systems answer that have none. */
  public static boolean isLacking(SyscallResult opened) {
    return opened.is(Errno.EOPNOTSUPP)
        || opened.is(Errno.EISDIR)
        || opened.is(Errno.ENOSYS)
        || opened.is(Errno.EINVAL);
  }

  /**
   * True if the file system of a directory forgets a file without a name that was synced, and then
   * got one, as btrfs does.
   */
  public static boolean losesSynced(int dirfd) {
    Result<Statfs> fileSystem = Statfs.fstatfs(dirfd);
    return fileSystem.ok() && fileSystem.value().type() == Statfs.BTRFS_SUPER_MAGIC;
  }

  /** Gives it a name that was free; EEXIST if it was not. */
  public static SyscallResult link(int fd, int dirfd, byte[] name) {
    SyscallResult result = Unistd.linkat(fd, EMPTY, dirfd, name, Fcntl.AT_EMPTY_PATH);
    // Without CAP_DAC_READ_SEARCH older kernels know only the other way.
    return result.is(Errno.ENOENT) || result.is(Errno.EPERM)
        ? Unistd.linkat(Fcntl.AT_FDCWD, ProcSelfFd.name(fd), dirfd, name, Fcntl.AT_SYMLINK_FOLLOW)
        : result;
  }
}
