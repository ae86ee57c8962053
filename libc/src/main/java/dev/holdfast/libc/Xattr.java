package dev.holdfast.libc;

/**
 * Extended attributes, xattr(7): of an open descriptor, and by path. By path is for what an O_PATH
 * descriptor holds, through {@code /proc/self/fd}: it follows links.
 */
public final class Xattr {
  /** Enough for what files usually carry; a larger buffer leaves the scratch memory. */
  private static final int USUAL = 2 * 1024;

  private static final int MAX = 64 * 1024;

  public static final int XATTR_CREATE = 1;
  public static final int XATTR_REPLACE = 2;

  private Xattr() {}

  /** {@code ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)}. */
  public static Result<byte[]> fgetxattr(int fd, byte[] name) {
    Result<byte[]> usual = fget(fd, name, USUAL);
    return usual.is(Errno.ERANGE) ? fget(fd, name, MAX) : usual;
  }

  private static Result<byte[]> fget(int fd, byte[] name, int room) {
    if (Paths.invalid(name)) {
      return Result.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return get(scratch, Sysno.FGETXATTR, fd, name, room);
    }
  }

  /**
   * {@code ssize_t getxattr(const char *path, const char *name, void *value, size_t size)}: follows
   * links, and so takes {@code /proc/self/fd/N} for an {@code O_PATH} descriptor.
   */
  public static Result<byte[]> getxattr(byte[] path, byte[] name) {
    Result<byte[]> usual = getByPath(path, name, USUAL);
    return usual.is(Errno.ERANGE) ? getByPath(path, name, MAX) : usual;
  }

  private static Result<byte[]> getByPath(byte[] path, byte[] name, int room) {
    if (Paths.invalid(path) || Paths.invalid(name)) {
      return Result.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return get(scratch, Sysno.GETXATTR, scratch.cString(path), name, room);
    }
  }

  private static Result<byte[]> get(
      Scratch scratch, Sysno call, long object, byte[] name, int room) {
    long buffer = scratch.allocate(room);
    long n = scratch.cString(name);
    return copy(Kernel.call(scratch, call, object, n, buffer, room, 0, 0), buffer);
  }

  /** {@code ssize_t flistxattr(int fd, char *list, size_t size)}: names, each ended by a NUL. */
  public static Result<byte[]> flistxattr(int fd) {
    Result<byte[]> usual = flist(fd, USUAL);
    return usual.is(Errno.ERANGE) ? flist(fd, MAX) : usual;
  }

  private static Result<byte[]> flist(int fd, int room) {
    try (Scratch scratch = Scratch.open()) {
      return list(scratch, Sysno.FLISTXATTR, fd, room);
    }
  }

  /** {@code ssize_t listxattr(const char *path, char *list, size_t size)}. */
  public static Result<byte[]> listxattr(byte[] path) {
    Result<byte[]> usual = listByPath(path, USUAL);
    return usual.is(Errno.ERANGE) ? listByPath(path, MAX) : usual;
  }

  private static Result<byte[]> listByPath(byte[] path, int room) {
    if (Paths.invalid(path)) {
      return Result.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return list(scratch, Sysno.LISTXATTR, scratch.cString(path), room);
    }
  }

  private static Result<byte[]> list(Scratch scratch, Sysno call, long object, int room) {
    long buffer = scratch.allocate(room);
    return copy(Kernel.call(scratch, call, object, buffer, room), buffer);
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
    if (Paths.invalid(name)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return set(scratch, Sysno.FSETXATTR, fd, name, value, flags);
    }
  }

  /** {@code int setxattr(const char *path, const char *name, const void *value, size_t, int)}. */
  public static SyscallResult setxattr(byte[] path, byte[] name, byte[] value, int flags) {
    if (Paths.invalid(path) || Paths.invalid(name)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return set(scratch, Sysno.SETXATTR, scratch.cString(path), name, value, flags);
    }
  }

  private static SyscallResult set(
      Scratch scratch, Sysno call, long object, byte[] name, byte[] value, int flags) {
    long n = scratch.cString(name);
    long v = scratch.bytes(value, 0, value.length);
    return Kernel.call(scratch, call, object, n, v, value.length, flags, 0);
  }

  /** {@code int fremovexattr(int fd, const char *name)}. */
  public static SyscallResult fremovexattr(int fd, byte[] name) {
    if (Paths.invalid(name)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, Sysno.FREMOVEXATTR, fd, scratch.cString(name), 0);
    }
  }

  /** {@code int removexattr(const char *path, const char *name)}. */
  public static SyscallResult removexattr(byte[] path, byte[] name) {
    if (Paths.invalid(path) || Paths.invalid(name)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long p = scratch.cString(path);
      return Kernel.call(scratch, Sysno.REMOVEXATTR, p, scratch.cString(name), 0);
    }
  }
}
