package dev.holdfast.path.proc;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;

/**
 * {@code /proc/self/fd/N}: the kernel's own reference to what a descriptor holds, for the calls
 * that do not take an O_PATH descriptor. Opening it looks up no name below that link.
 */
public final class ProcSelfFd {
  private ProcSelfFd() {}

  public static byte[] name(int fd) {
    return Paths.bytes("/proc/self/fd/" + fd);
  }

  public static SyscallResult open(int fd, int flags) {
    return Fcntl.openat(Fcntl.AT_FDCWD, name(fd), flags, 0);
  }

  /** chmod of an O_PATH descriptor: fchmodat2(2) where the kernel has it. */
  public static SyscallResult chmod(int fd, int mode) {
    SyscallResult result = Unistd.fchmodat2(fd, new byte[0], mode, Fcntl.AT_EMPTY_PATH);
    return result.is(Errno.ENOSYS) || result.is(Errno.EPERM)
        ? Unistd.fchmodat(Fcntl.AT_FDCWD, name(fd), mode)
        : result;
  }

  /** chown of an O_PATH descriptor; of a symbolic link itself, if that is what is pinned. */
  public static SyscallResult chown(int fd, int uid, int gid) {
    return Unistd.fchownat(fd, new byte[0], uid, gid, Fcntl.AT_EMPTY_PATH);
  }
}
