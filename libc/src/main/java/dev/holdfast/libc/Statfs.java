package dev.holdfast.libc;

/**
 * {@code struct statfs}, statfs(2): what a file system says of itself.
 *
 * @param type its magic number, {@code *_MAGIC}
 * @param blockSize for good input and output
 * @param fragmentSize what the blocks are counted in
 * @param flags mount flags, {@code ST_*}
 */
public record Statfs(
    long type,
    long blockSize,
    long blocks,
    long blocksAvailable,
    long nameMax,
    long fragmentSize,
    long flags) {
  public static final long EXT4_SUPER_MAGIC = 0xEF53;
  public static final long TMPFS_MAGIC = 0x01021994;
  public static final long XFS_SUPER_MAGIC = 0x58465342;
  public static final long BTRFS_SUPER_MAGIC = 0x9123683EL;
  public static final long F2FS_SUPER_MAGIC = 0xF2F52010L;
  public static final long OVERLAYFS_SUPER_MAGIC = 0x794c7630;
  public static final long PROC_SUPER_MAGIC = 0x9fa0;
  public static final long NFS_SUPER_MAGIC = 0x6969;
  public static final long SMB2_MAGIC_NUMBER = 0xFE534D42L;
  public static final long CIFS_MAGIC_NUMBER = 0xFF534D42L;
  public static final long FUSE_SUPER_MAGIC = 0x65735546;
  public static final long MSDOS_SUPER_MAGIC = 0x4d44;

  public static final long ST_RDONLY = 1;
  public static final long ST_NOSUID = 2;
  public static final long ST_NODEV = 4;
  public static final long ST_NOEXEC = 8;

  private static final int SIZE = 120;

  /** {@code int fstatfs(int fd, struct statfs *buf)}, statfs(2). Takes O_PATH descriptors. */
  public static Result<Statfs> fstatfs(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long at = scratch.allocateZeroed(SIZE);
      SyscallResult result = Kernel.call(scratch, Sysno.FSTATFS, fd, at, 0);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      return Result.of(
          new Statfs(
              Memory.getLong(at) & 0xffffffffL,
              Memory.getLong(at + 8),
              Memory.getLong(at + 16),
              Memory.getLong(at + 32),
              Memory.getLong(at + 64),
              fragment(Memory.getLong(at + 72), Memory.getLong(at + 8)),
              Memory.getLong(at + 80)));
    }
  }

  /** Kernels and file systems that know none say 0. */
  private static long fragment(long said, long blockSize) {
    return said == 0 ? blockSize : said;
  }
}
