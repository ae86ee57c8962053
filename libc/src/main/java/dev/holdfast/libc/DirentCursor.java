package dev.holdfast.libc;

import java.util.Arrays;

/**
 * The names in a directory, read in batches with getdents(2) and without an object per name: for
 * tree work, where {@link Dirent} would be most of the cost.
 *
 * <p>A cursor does not own the descriptor it reads. After {@link #next} the current entry is asked
 * by {@link #name}, {@link #type} and {@link #cookie}. Threads: one at a time.
 */
public final class DirentCursor {
  private static final int BUFFER = 32 * 1024;

  private final byte[] batch = new byte[BUFFER];
  private int current;
  private int following;
  private int limit;

  /** Forgets the rest of the batch: the next names come from where the descriptor stands. */
  public void reset() {
    current = 0;
    following = 0;
    limit = 0;
  }

  /**
   * {@code ssize_t getdents64(int fd, void *dirp, size_t count)}: reads a batch if none is left.
   * Answers 0 at the end of the directory.
   *
   * <p>Callers act on: {@code ENOENT} (the directory itself was removed).
   */
  public SyscallResult fill(int fd) {
    if (following < limit) {
      return new SyscallResult(limit - following);
    }
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(BUFFER);
      SyscallResult result = Kernel.call(scratch, Sysno.GETDENTS64, fd, buffer, BUFFER);
      reset();
      if (result.ok()) {
        limit = result.intValue();
        Memory.copyOut(buffer, batch, 0, limit);
      }
      return result;
    }
  }

  /** Steps to the next entry of the batch, passing over {@code .} and {@code ..}. */
  public boolean next() {
    while (following < limit) {
      current = following;
      following += (batch[current + 16] & 0xff) | (batch[current + 17] & 0xff) << 8;
      if (!isDotOrDotDot()) {
        return true;
      }
    }
    return false;
  }

  private boolean isDotOrDotDot() {
    int at = current + 19;
    return batch[at] == '.' && (batch[at + 1] == 0 || (batch[at + 1] == '.' && batch[at + 2] == 0));
  }

  /** The name's bytes, without a NUL. */
  public byte[] name() {
    int start = current + 19;
    int end = start;
    while (end < following && batch[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(batch, start, end);
  }

  /** {@code Dirent.DT_*}; a hint, which can be out of date when it is read. */
  public int type() {
    return batch[current + 18];
  }

  /**
   * {@code d_off}: where lseek(2) on this directory continues after the current entry. Good for a
   * new descriptor of the same directory, too, on file systems that can be exported over NFS.
   */
  public long cookie() {
    long cookie = 0;
    for (int i = 7; i >= 0; i--) {
      cookie = cookie << 8 | (batch[current + 8 + i] & 0xff);
    }
    return cookie;
  }
}
