package dev.holdfast.libc;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code struct linux_dirent64}, getdents(2): one name in a directory.
 *
 * @param name bytes as they are on disk, without a NUL
 * @param type {@code DT_*}; {@link #DT_UNKNOWN} where the file system does not say
 */
public record Dirent(byte[] name, long inode, int type) {
  public static final int DT_UNKNOWN = 0;
  public static final int DT_FIFO = 1;
  public static final int DT_CHR = 2;
  public static final int DT_DIR = 4;
  public static final int DT_BLK = 6;
  public static final int DT_REG = 8;
  public static final int DT_LNK = 10;
  public static final int DT_SOCK = 12;

  private static final int BUFFER = 32 * 1024;

  /**
   * {@code ssize_t getdents64(int fd, void *dirp, size_t count)}, getdents(2): the next batch of
   * names, without {@code .} and {@code ..}. The end is an answer with {@link Batch#end} set: a
   * batch may be empty before it.
   */
  public static Result<Batch> getdents64(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(BUFFER);
      SyscallResult result = Kernel.call(scratch, Sysno.GETDENTS64, fd, buffer, BUFFER);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      List<Dirent> entries = new ArrayList<>();
      long end = buffer + result.raw();
      for (long at = buffer; at < end; ) {
        int length = Memory.getShort(at + 16) & 0xffff;
        Dirent entry = read(at, length);
        if (!entry.isDotOrDotDot()) {
          entries.add(entry);
        }
        at += length;
      }
      return Result.of(new Batch(entries, result.raw() == 0));
    }
  }

  /** What one call answered. */
  public record Batch(List<Dirent> entries, boolean end) {}

  private static Dirent read(long at, int length) {
    int nameLength = 0;
    while (19 + nameLength < length && Memory.getByte(at + 19 + nameLength) != 0) {
      nameLength++;
    }
    byte[] name = new byte[nameLength];
    Memory.copyOut(at + 19, name, 0, nameLength);
    return new Dirent(name, Memory.getLong(at), Memory.getByte(at + 18));
  }

  private boolean isDotOrDotDot() {
    return name.length <= 2 && name[0] == '.' && (name.length == 1 || name[1] == '.');
  }
}
