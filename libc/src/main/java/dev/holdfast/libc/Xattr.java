package dev.holdfast.libc;

/** Extended attributes of an open descriptor, xattr(7). */
public final class Xattr {
  /** Enough for what files usually carry; a larger buffer leaves the scratch memory. */
  private static final int USUAL = 2 * 1024;

  private static final int MAX = 64 * 1024;

  public static final int XATTR_CREATE = 1;
  public static final int XATTR_REPLACE = 2;

  private Xattr() {}

  /** {@code ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)}. */
  public static Result<byte[]> fgetxattr(int fd, byte[] name) {
    Result<byte[]> usual = read(fd, name, USUAL);
    return usual.is(Errno.ERANGE) ? read(fd, name, MAX) : usual;
  }

  /** {@code ssize_t flistxattr(int fd, char *list, size_t size)}: names, each ended by a NUL. */
  public static Result<byte[]> flistxattr(int fd) {
    Result<byte[]> usual = list(fd, USUAL);
    return usual.is(Errno.ERANGE) ? list(fd, MAX) : usual;
  }

  private static Result<byte[]> list(int fd, int room) {
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(room);
      return copy(Kernel.call(scratch, Sysno.FLISTXATTR, fd, buffer, room), buffer);
    }
  }

  private static Result<byte[]> read(int fd, byte[] name, int room) {
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(room);
      long n = scratch.cString(name);
      return copy(Kernel.call(scratch, Sysno.FGETXATTR, fd, n, buffer, room, 0, 0), buffer);
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
