package dev.holdfast.libc;

/** Copying between two open files inside the kernel: copy_file_range(2), ioctl_ficlone(2). */
public final class CopyRange {
  /** lseek(2): to the next data at or after an offset; {@code ENXIO} if there is none. */
  public static final int SEEK_DATA = 3;

  /** lseek(2): to the next hole at or after an offset. */
  public static final int SEEK_HOLE = 4;

  private static final long FICLONE = 0x40049409L;

  private CopyRange() {}

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

  /** {@code int ioctl(int dest_fd, FICLONE, int src_fd)}: shares the blocks, copy on write. */
  public static SyscallResult ficlone(int destinationFd, int sourceFd) {
    return Kernel.call(Sysno.IOCTL, destinationFd, FICLONE, sourceFd);
  }
}
