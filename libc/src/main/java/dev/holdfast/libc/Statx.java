package dev.holdfast.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct statx}, statx(2): what the kernel says of one object, kept as it was said. One
 * layout on every architecture.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class Statx {
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

  /** Offset of {@code stx_mode}. */
  private static final int MODE = 28;

  /** The part of the structure that is kept, up to the mount's id. */
  private static final int WORDS = 19;

  /** Of a machine that keeps the lower half of a number first, as both of ours do. */
  private final long[] words;

  private Statx(long[] words) {
    this.words = words;
  }

  /** Reads a structure that the kernel, or a test, has filled. */
  public static Statx of(MemorySegment structure) {
    return new Statx(
        structure.asSlice(0, WORDS * (long) Long.BYTES).toArray(ValueLayout.JAVA_LONG_UNALIGNED));
  }

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
      return result(Kernel.call(scratch, Sysno.STATX, dirfd, p, flags, mask, buffer, 0), buffer);
    }
  }

  /** An empty C string. */
  private static final MemorySegment EMPTY = Arena.global().allocate(1);

  /** fstat(2) by way of statx: asks the open descriptor. */
  public static Result<Statx> fstat(int fd) {
    int mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(SIZE);
      return result(
          Kernel.call(
              scratch, Sysno.STATX, fd, EMPTY.address(), Fcntl.AT_EMPTY_PATH, mask, buffer, 0),
          buffer);
    }
  }

  /**
   * {@link #statx} for those who need the type and the permission bits alone: {@code stx_mode}.
   * Links are not followed.
   */
  public static SyscallResult mode(int dirfd, byte[] path) {
    if (Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return mode(scratch, dirfd, scratch.cString(path), Fcntl.AT_SYMLINK_NOFOLLOW);
    }
  }

  /** {@link #fstat} for those who need the type and the permission bits alone. */
  public static SyscallResult fmode(int fd) {
    try (Scratch scratch = Scratch.open()) {
      return mode(scratch, fd, EMPTY.address(), Fcntl.AT_EMPTY_PATH);
    }
  }

  private static SyscallResult mode(Scratch scratch, int dirfd, long path, int flags) {
    long buffer = scratch.allocate(SIZE);
    int mask = STATX_TYPE | STATX_MODE;
    SyscallResult answer = Kernel.call(scratch, Sysno.STATX, dirfd, path, flags, mask, buffer, 0);
    return answer.ok() ? new SyscallResult(Memory.getShort(buffer + MODE) & 0xffff) : answer;
  }

  private static Result<Statx> result(SyscallResult answer, long buffer) {
    return answer.ok() ? Result.of(read(buffer)) : Result.failure(answer.errno());
  }

  private static Statx read(long at) {
    long[] words = new long[WORDS];
    Memory.copyOut(at, words);
    return new Statx(words);
  }

  private int low(int word) {
    return (int) words[word];
  }

  private int high(int word) {
    return (int) (words[word] >>> Integer.SIZE);
  }

  /** Which fields the file system filled, {@code STATX_*}. */
  public int mask() {
    return low(0);
  }

  public int blockSize() {
    return high(0);
  }

  /** {@code STATX_ATTR_*}. */
  public long attributes() {
    return words[1];
  }

  public int nlink() {
    return low(2);
  }

  public int uid() {
    return high(2);
  }

  public int gid() {
    return low(3);
  }

  /** Type and permission bits. */
  public int mode() {
    return high(3) & 0xffff;
  }

  public long inode() {
    return words[4];
  }

  public long size() {
    return words[5];
  }

  public long blocks() {
    return words[6];
  }

  public long atimeSeconds() {
    return words[8];
  }

  /** Nanoseconds within the second; likewise the others. */
  public int atimeNanos() {
    return low(9);
  }

  public long btimeSeconds() {
    return words[10];
  }

  public int btimeNanos() {
    return low(11);
  }

  public long ctimeSeconds() {
    return words[12];
  }

  public int ctimeNanos() {
    return low(13);
  }

  public long mtimeSeconds() {
    return words[14];
  }

  public int mtimeNanos() {
    return low(15);
  }

  public int rdevMajor() {
    return low(16);
  }

  public int rdevMinor() {
    return high(16);
  }

  public int devMajor() {
    return low(17);
  }

  public int devMinor() {
    return high(17);
  }

  /** The mount's id, as in {@code /proc/self/mountinfo}; 0 before Linux 5.8. */
  public long mountId() {
    return words[18];
  }

  public int type() {
    return mode() & S_IFMT;
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
    return mode() & 07777;
  }

  /** {@code st_rdev}: the device that a device node stands for. */
  public long deviceOfNode() {
    return DeviceNumber.of(rdevMajor(), rdevMinor());
  }

  /** {@code st_dev}, comparable within one machine's up-time. */
  public long device() {
    return DeviceNumber.of(devMajor(), devMinor());
  }

  public boolean sameObject(Statx other) {
    return inode() == other.inode() && device() == other.device();
  }
}
