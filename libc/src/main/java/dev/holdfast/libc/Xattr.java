package dev.holdfast.libc;

/** Extended attributes of an open descriptor, xattr(7). */
public final class Xattr {
  private static final int MAX = 64 * 1024;

  public static final int XATTR_CREATE = 1;
  public static final int XATTR_REPLACE = 2;

  private Xattr() {}

  /** {@code ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)}. */
  public static Result<byte[]> fgetxattr(int fd, byte[] name) {
    return read(Sysno.FGETXATTR, fd, name);
  }

  /** {@code ssize_t flistxattr(int fd, char *list, size_t size)}: names, each ended by a NUL. */
  public static Result<byte[]> flistxattr(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(MAX);
      return copy(Kernel.call(scratch, Sysno.FLISTXATTR, fd, buffer, MAX), buffer);
    }
  }

  private static Result<byte[]> read(Sysno call, int fd, byte[] name) {
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(MAX);
      long n = scratch.cString(name);
      return copy(Kernel.call(scratch, call, fd, n, buffer, MAX, 0, 0), buffer);
    }
  }

  private static Result<byte[]> copy(SyscallResult result, long buffer) {
    if (result.failed()) {
      return Result.failure(result.errno());
    }
    byte[] value = new byte[result.intValue()];
    Memory.copyOut(buffer, value, 0, value.length);
    return Result.of(value);
  }

  /** {@code int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)}. */
  public static SyscallResult fsetxattr(int fd, byte[] name, byte[] value, int flags) {
    try (Scratch scratch = Scratch.open()) {
      long v = scratch.bytes(value, 0, value.length);
      return Kernel.call(
          scratch, Sysno.FSETXATTR, fd, scratch.cString(name), v, value.length, flags, 0);
    }
  }

  /** {@code int fremovexattr(int fd, const char *name)}. */
  public static SyscallResult fremovexattr(int fd, byte[] name) {
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, Sysno.FREMOVEXATTR, fd, scratch.cString(name), 0);
    }
  }
}
