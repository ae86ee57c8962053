package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;

/** Calls on an object that is pinned with {@code O_PATH}, which the plain f… calls refuse. */
final class ByDescriptor {
  private static final byte[] EMPTY = new byte[0];

  private ByDescriptor() {}

  /** The name under which /proc shows a descriptor of this process. */
  static byte[] procName(int fd) {
    return Paths.bytes("/proc/self/fd/" + fd);
  }

  /**
   * fchmod(2). Before Linux 6.6, and where a filter refuses the call, it needs
   * /proc. Not for symbolic links.
   */
  static SyscallResult chmod(int fd, int mode) {
    SyscallResult direct = Unistd.fchmodat2(fd, EMPTY, mode, Fcntl.AT_EMPTY_PATH);
    return direct.is(Errno.ENOSYS) || direct.is(Errno.EPERM)
        ? Unistd.fchmodat(Fcntl.AT_FDCWD, procName(fd), mode)
        : direct;
  }

  /** fchown(2); of a symbolic link itself, if that is what is pinned. */
  static SyscallResult chown(int fd, int uid, int gid) {
    return Unistd.fchownat(fd, EMPTY, uid, gid, Fcntl.AT_EMPTY_PATH);
  }

  /** Opens the pinned object itself: a new open description, no name is looked up. */
  static SyscallResult reopen(int fd, int oflags) {
    return Fcntl.openat(Fcntl.AT_FDCWD, procName(fd), oflags & ~Fcntl.O_NOFOLLOW, 0);
  }
}
