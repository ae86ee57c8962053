package dev.holdfast.files;

import dev.holdfast.libc.CopyRange;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Copies the contents and the attributes of one open file to another. Remembers what the pair of
 * file systems cannot do, so that it is not tried for every file. Threads: one at a time.
 */
final class FileCopy {
  private static final int BUFFER = 32 * 1024;
  private static final int BLOCK = 512;
  private static final byte[] EMPTY = new byte[0];

  private boolean canClone = true;
  private boolean canCopyRange = true;
  private byte[] buffer = EMPTY;

  /** What failed, if anything: the call's name, and its error. */
  record Trouble(String call, Errno errno) {
    boolean none() {
      return errno == Errno.UNKNOWN;
    }
  }

  private static final Trouble NONE = new Trouble("", Errno.UNKNOWN);

  /** As many bytes as the file had when it was judged; holes stay holes. */
  Trouble contents(int from, int to, Statx judged) {
    long size = judged.size();
    if (size == 0) {
      return NONE;
    }
    if (canClone) {
      if (CopyRange.ficlone(to, from).ok()) {
        return NONE;
      }
      canClone = false;
    }
    return judged.blocks() * BLOCK < size ? sparse(from, to, size) : range(from, to, size);
  }

  private Trouble sparse(int from, int to, long size) {
    for (long at = 0; at < size; ) {
      SyscallResult data = Unistd.lseek(from, at, CopyRange.SEEK_DATA);
      if (data.is(Errno.ENXIO)) {
        break;
      }
      if (data.failed()) {
        // No holes to be known on this file system: everything is data.
        SyscallResult back = Unistd.lseek(from, at, Unistd.SEEK_SET);
        return back.failed() ? trouble("lseek", back) : range(from, to, size - at);
      }
      long start = data.raw();
      SyscallResult hole = Unistd.lseek(from, start, CopyRange.SEEK_HOLE);
      if (hole.failed()) {
        return trouble("lseek", hole);
      }
      SyscallResult source = Unistd.lseek(from, start, Unistd.SEEK_SET);
      SyscallResult target = Unistd.lseek(to, start, Unistd.SEEK_SET);
      if (source.failed() || target.failed()) {
        return trouble("lseek", source.failed() ? source : target);
      }
      Trouble copied = range(from, to, Math.min(hole.raw(), size) - start);
      if (!copied.none()) {
        return copied;
      }
      at = hole.raw();
    }
    SyscallResult sized = Unistd.ftruncate(to, size);
    return sized.ok() ? NONE : trouble("ftruncate", sized);
  }

  /** From both offsets on. Ends early where the input does. */
  private Trouble range(int from, int to, long length) {
    long left = length;
    Interruptions interruptions = new Interruptions();
    while (canCopyRange && left > 0) {
      SyscallResult copied = CopyRange.copy_file_range(from, to, left);
      if (interruptions.again(copied)) {
        continue;
      }
      if (copied.failed()) {
        switch (copied.errno()) {
          case EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EPERM -> canCopyRange = false;
          default -> {
            return trouble("copy_file_range", copied);
          }
        }
      } else if (copied.raw() == 0) {
        return NONE;
      } else {
        left -= copied.raw();
      }
    }
    return left > 0 ? readAndWrite(from, to, left) : NONE;
  }

  private Trouble readAndWrite(int from, int to, long length) {
    if (buffer.length == 0) {
      buffer = new byte[BUFFER];
    }
    long left = length;
    Interruptions interruptions = new Interruptions();
    while (left > 0) {
      SyscallResult read = Unistd.read(from, buffer, 0, (int) Math.min(left, BUFFER));
      if (interruptions.again(read)) {
        continue;
      }
      if (read.failed()) {
        return trouble("read", read);
      }
      if (read.raw() == 0) {
        return NONE;
      }
      for (int written = 0; written < read.raw(); ) {
        SyscallResult wrote = Unistd.write(to, buffer, written, (int) read.raw() - written);
        if (interruptions.again(wrote)) {
          continue;
        }
        if (wrote.failed()) {
          return trouble("write", wrote);
        }
        written += wrote.intValue();
      }
      left -= read.raw();
    }
    return NONE;
  }

  /**
   * Owner, extended attributes (ACLs among them), mode and times, in the order in which none undoes
   * another. Where the owner cannot be kept the set-id bits are not kept either.
   */
  static Trouble attributes(int from, int to, Statx judged, Statx made) {
    int mode = judged.permissions();
    if (judged.uid() != made.uid() || judged.gid() != made.gid()) {
      SyscallResult owned = Unistd.fchown(to, judged.uid(), judged.gid());
      if (owned.is(Errno.EPERM)) {
        mode &= ~(Statx.S_ISUID | Statx.S_ISGID);
      } else if (owned.failed()) {
        return trouble("fchown", owned);
      }
    }
    Trouble extended = extendedAttributes(from, to);
    if (!extended.none()) {
      return extended;
    }
    if (mode != made.permissions()) {
      SyscallResult changed = Unistd.fchmod(to, mode);
      if (changed.failed()) {
        return trouble("fchmod", changed);
      }
    }
    return times(to, EMPTY, judged, Fcntl.AT_EMPTY_PATH);
  }

  /** Times of a name in a directory, or with an empty name of the descriptor itself. */
  static Trouble times(int dirfd, byte[] name, Statx judged, int flags) {
    SyscallResult set =
        Unistd.utimensat(
            dirfd,
            name,
            judged.atimeSeconds(),
            judged.atimeNanos(),
            judged.mtimeSeconds(),
            judged.mtimeNanos(),
            flags);
    return set.ok() ? NONE : trouble("utimensat", set);
  }

  private static Trouble extendedAttributes(int from, int to) {
    Result<byte[]> names = Xattr.flistxattr(from);
    if (names.failed()) {
      return names.is(Errno.EOPNOTSUPP) ? NONE : new Trouble("flistxattr", names.errno());
    }
    byte[] list = names.value();
    for (int start = 0; start < list.length; ) {
      int end = start;
      while (end < list.length && list[end] != 0) {
        end++;
      }
      byte[] name = Arrays.copyOfRange(list, start, end);
      start = end + 1;
      Result<byte[]> value = Xattr.fgetxattr(from, name);
      if (value.failed()) {
        if (value.is(Errno.ENODATA)) {
          continue;
        }
        return new Trouble("fgetxattr", value.errno());
      }
      SyscallResult set = Xattr.fsetxattr(to, name, value.value(), 0);
      if (set.failed() && !(set.is(Errno.EPERM) && isForTheSystem(name))) {
        return trouble("fsetxattr " + Paths.display(name), set);
      }
    }
    return NONE;
  }

  /** Those that only a privileged process, or the security module itself, may set. */
  private static boolean isForTheSystem(byte[] name) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    return text.startsWith("security.") || text.startsWith("trusted.");
  }

  private static Trouble trouble(String call, SyscallResult result) {
    return new Trouble(call, result.errno());
  }
}
