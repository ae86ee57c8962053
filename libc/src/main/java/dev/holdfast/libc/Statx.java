package dev.holdfast.libc;

/**
 * {@code struct statx}, statx(2): what the kernel says of one object. One layout on every
 * architecture.
 *
 * @param mask which fields the file system filled ({@code STATX_*})
 * @param mode type and permission bits
 * @param atimeNanos nanoseconds within the second {@code atimeSeconds}; likewise the others
 * @param mountId the mount's id, as in {@code /proc/self/mountinfo}; 0 before Linux 5.8
 */
public record Statx(
    int mask,
    int blockSize,
    long attributes,
    int nlink,
    int uid,
    int gid,
    int mode,
    long inode,
    long size,
    long blocks,
    long atimeSeconds,
    int atimeNanos,
    long btimeSeconds,
    int btimeNanos,
    long ctimeSeconds,
    int ctimeNanos,
    long mtimeSeconds,
    int mtimeNanos,
    int rdevMajor,
    int rdevMinor,
    int devMajor,
    int devMinor,
    long mountId) {

  public static final int STATX_TYPE = 0x1;
  public static final int STATX_MODE = 0x2;
  public static final int STATX_BASIC_STATS = 0x7ff;
  public static final int STATX_BTIME = 0x800;
  public static final int STATX_MNT_ID = 0x1000;

  public static final long STATX_ATTR_IMMUTABLE = 0x10;
  public static final long STATX_ATTR_APPEND = 0x20;
  public static final long STATX_ATTR_MOUNT_ROOT = 0x2000;

  public static final int S_IFMT = 0170000;
  public static final int S_IFSOCK = 0140000;
  public static final int S_IFLNK = 0120000;
  public static final int S_IFREG = 0100000;
  public static final int S_IFBLK = 0060000;
  public static final int S_IFDIR = 0040000;
  public static final int S_IFCHR = 0020000;
  public static final int S_IFIFO = 0010000;
  public static final int S_ISUID = 04000;
  public static final int S_ISGID = 02000;
  public static final int S_ISVTX = 01000;

  private static final int SIZE = 256;

  /**
   * {@code int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)},
   * statx(2), Linux 4.11. An empty path with {@link Fcntl#AT_EMPTY_PATH} asks the descriptor
   * itself.
   */
  public static Result<Statx> statx(int dirfd, byte[] path, int flags, int mask) {
    if (Paths.invalid(path)) {
      return Result.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(SIZE);
      long p = scratch.cString(path);
      SyscallResult result = Kernel.call(scratch, Sysno.STATX, dirfd, p, flags, mask, buffer, 0);
      return result.ok() ? Result.of(read(buffer)) : Result.failure(result.errno());
    }
  }

  private static final byte[] EMPTY = new byte[0];

  /** fstat(2) by way of statx: asks the open descriptor. */
  public static Result<Statx> fstat(int fd) {
    return statx(fd, EMPTY, Fcntl.AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID);
  }

  private static Statx read(long at) {
    return new Statx(
        Memory.getInt(at),
        Memory.getInt(at + 4),
        Memory.getLong(at + 8),
        Memory.getInt(at + 16),
        Memory.getInt(at + 20),
        Memory.getInt(at + 24),
        Memory.getShort(at + 28) & 0xffff,
        Memory.getLong(at + 32),
        Memory.getLong(at + 40),
        Memory.getLong(at + 48),
        Memory.getLong(at + 64),
        Memory.getInt(at + 72),
        Memory.getLong(at + 80),
        Memory.getInt(at + 88),
        Memory.getLong(at + 96),
        Memory.getInt(at + 104),
        Memory.getLong(at + 112),
        Memory.getInt(at + 120),
        Memory.getInt(at + 128),
        Memory.getInt(at + 132),
        Memory.getInt(at + 136),
        Memory.getInt(at + 140),
        Memory.getLong(at + 144));
  }

  public int type() {
    return mode & S_IFMT;
  }

  public boolean isDirectory() {
    return type() == S_IFDIR;
  }

  public boolean isRegular() {
    return type() == S_IFREG;
  }

  public boolean isSymlink() {
    return type() == S_IFLNK;
  }

  public boolean isFifo() {
    return type() == S_IFIFO;
  }

  /** Permission, set-id and sticky bits. */
  public int permissions() {
    return mode & 07777;
  }

  /** Device number, comparable within one machine's up-time. */
  public long device() {
    return ((long) devMajor << 32) | (devMinor & 0xffffffffL);
  }

  public boolean sameObject(Statx other) {
    return inode == other.inode && device() == other.device();
  }
}
