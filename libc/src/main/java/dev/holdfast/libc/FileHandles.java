package dev.holdfast.libc;

/** File handles and inode generations: what tells two lives of one inode number apart. */
public final class FileHandles {
  private static final int MAX_HANDLE_SZ = 128;

  /** {@code _IOR('v', 1, long)}. */
  private static final long FS_IOC_GETVERSION = 0x80087601L;

  /**
   * {@code name_to_handle_at} flag, Linux 6.5: a handle that identifies, if it cannot be opened.
   */
  private static final int AT_HANDLE_FID = 0x200;

  private FileHandles() {}

  /** {@code struct file_handle}. */
  public record Handle(int type, byte[] bytes) {}

  /**
   * {@code int name_to_handle_at(fd, "", struct file_handle *, int *mount_id, AT_EMPTY_PATH)},
   * name_to_handle_at(2), Linux 2.6.39. Asks for a handle that only identifies where the kernel can
   * give no other. Takes O_PATH descriptors.
   *
   * <p>Callers act on: {@code EOPNOTSUPP} (the file system has none).
   */
  public static Result<Handle> name_to_handle_at(int fd) {
    Result<Handle> handle = ask(fd, Fcntl.AT_EMPTY_PATH);
    return handle.is(Errno.EOPNOTSUPP) ? ask(fd, Fcntl.AT_EMPTY_PATH | AT_HANDLE_FID) : handle;
  }

  private static Result<Handle> ask(int fd, int flags) {
    try (Scratch scratch = Scratch.open()) {
      long handle = scratch.allocateZeroed(8 + MAX_HANDLE_SZ);
      long mountId = scratch.allocateZeroed(8);
      Memory.putInt(handle, MAX_HANDLE_SZ);
      long empty = scratch.allocateZeroed(8);
      SyscallResult result =
          Kernel.call(scratch, Sysno.NAME_TO_HANDLE_AT, fd, empty, handle, mountId, flags, 0);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      byte[] bytes = new byte[Math.min(Memory.getInt(handle), MAX_HANDLE_SZ)];
      Memory.copyOut(handle + 8, bytes, 0, bytes.length);
      return Result.of(new Handle(Memory.getInt(handle + 4), bytes));
    }
  }

  /**
   * {@code ioctl(fd, FS_IOC_GETVERSION, int *)}: the inode's generation. Not on O_PATH descriptors.
   *
   * <p>Callers act on: {@code ENOTTY} (the file system has none).
   */
  public static Result<Integer> getversion(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long version = scratch.allocateZeroed(8);
      SyscallResult result = Kernel.call(scratch, Sysno.IOCTL, fd, FS_IOC_GETVERSION, version);
      return result.ok() ? Result.of(Memory.getInt(version)) : Result.failure(result.errno());
    }
  }
}
