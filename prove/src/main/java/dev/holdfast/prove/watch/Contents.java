package dev.holdfast.prove.watch;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.util.Arrays;

/** The contents of files in a world. */
public final class Contents {
  private static final int NO_BYTES = 0;

  private Contents() {}

  /** At most {@code limit} bytes; what cannot be read is empty. Never blocks on a FIFO. */
  public static byte[] read(int dirfd, byte[] path, int limit) {
    return read(dirfd, path, limit, 0);
  }

  /** The same, with more flags for the open. */
  public static byte[] read(int dirfd, byte[] path, int limit, int more) {
    int flags = Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | more;
    SyscallResult fd = Fcntl.openat(dirfd, path, flags, 0);
    if (fd.failed()) {
      return new byte[NO_BYTES];
    }
    try {
      return readAll(fd.intValue(), limit);
    } finally {
      Unistd.close(fd.intValue());
    }
  }

  public static byte[] readAll(int fd, int limit) {
    byte[] all = new byte[4096];
    int length = 0;
    while (length < limit) {
      if (length == all.length) {
        all = Arrays.copyOf(all, Math.min(limit, all.length * 4));
      }
      SyscallResult got = Unistd.pread(fd, all, length, all.length - length, length);
      if (got.failed() || got.raw() == 0) {
        break;
      }
      length += got.intValue();
    }
    return Arrays.copyOf(all, length);
  }

  public static boolean contains(byte[] text, byte[] wanted) {
    outer:
    for (int i = 0; i + wanted.length <= text.length; i++) {
      for (int k = 0; k < wanted.length; k++) {
        if (text[i + k] != wanted[k]) {
          continue outer;
        }
      }
      return true;
    }
    return false;
  }
}
