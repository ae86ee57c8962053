package dev.holdfast.libc.process;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces and mounts: unshare(2), setns(2), mount(2), umount(2). All act on the calling kernel
 * thread (mounts: on its mount namespace), so callers use a platform thread of their own.
 */
public final class Namespaces {
  public static final int CLONE_FS = 0x200;
  public static final int CLONE_NEWNS = 0x20000;
  public static final int CLONE_NEWCGROUP = 0x02000000;
  public static final int CLONE_NEWUTS = 0x04000000;
  public static final int CLONE_NEWIPC = 0x08000000;
  public static final int CLONE_NEWUSER = 0x10000000;
  public static final int CLONE_NEWPID = 0x20000000;
  public static final int CLONE_NEWNET = 0x40000000;

  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;
  public static final long MS_NOEXEC = 8;
  public static final long MS_REMOUNT = 32;
  public static final long MS_BIND = 4096;
  public static final long MS_REC = 16384;
  public static final long MS_PRIVATE = 1 << 18;
  public static final long MS_SLAVE = 1 << 19;

  public static final int MNT_DETACH = 2;
  public static final int UMOUNT_NOFOLLOW = 8;

  private Namespaces() {}

  /** {@code int unshare(int flags)}, unshare(2). CLONE_NEWUSER needs a single-threaded process. */
  public static SyscallResult unshare(int flags) {
    return Kernel.call(Sysno.UNSHARE, flags, 0, 0);
  }

  /** {@code int setns(int fd, int nstype)}, setns(2). */
  public static SyscallResult setns(int fd, int type) {
    return Kernel.call(Sysno.SETNS, fd, type, 0);
  }

  /**
   * {@code int mount(const char *source, const char *target, const char *type, unsigned long flags,
   * const void *data)}, mount(2). Null where C passes NULL.
   */
  public static SyscallResult mount(
      @Nullable String source,
      String target,
      @Nullable String type,
      long flags,
      @Nullable String data) {
    if (invalid(source) || invalid(target) || invalid(type) || invalid(data)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(
          scratch,
          Sysno.MOUNT,
          cString(scratch, source),
          cString(scratch, target),
          cString(scratch, type),
          flags,
          cString(scratch, data),
          0);
    }
  }

  private static boolean invalid(@Nullable String text) {
    return text != null && text.indexOf(0) >= 0;
  }

  private static long cString(Scratch scratch, @Nullable String text) {
    return text == null ? 0 : scratch.cString(Paths.bytes(text));
  }

  /** {@code int umount2(const char *target, int flags)}, umount(2). */
  public static SyscallResult umount2(String target, int flags) {
    if (invalid(target)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, Sysno.UMOUNT2, cString(scratch, target), flags, 0);
    }
  }

  /**
   * {@code int pivot_root(const char *new_root, const char *put_old)}, pivot_root(2): of the mount
   * namespace. The new root must be a mount point, and no mount here may be shared.
   */
  public static SyscallResult pivot_root(String newRoot, String putOld) {
    if (invalid(newRoot) || invalid(putOld)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long to = scratch.cString(Paths.bytes(newRoot));
      return Kernel.call(scratch, Sysno.PIVOT_ROOT, to, scratch.cString(Paths.bytes(putOld)), 0);
    }
  }
}
