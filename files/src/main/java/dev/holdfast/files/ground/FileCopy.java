package dev.holdfast.files.ground;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.LinuxFs;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Interruptions;
import dev.holdfast.path.proc.ProcSelfFd;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Copies the contents and the attributes of one open file to another. Remembers what the pair of
 * file systems cannot do, so that it is not tried for every file. Threads: one at a time.
 */
public final class FileCopy {
  private static final int BUFFER = 32 * 1024;
  private static final int BLOCK = 512;
  private static final long MOST_AT_ONCE = 1 << 30;
  private static final byte[] EMPTY = new byte[0];

  private static final byte[] ACL = Paths.bytes("system.posix_acl_access");

  private boolean canClone = true;
  private boolean canCopyRange = true;
  private byte[] buffer = EMPTY;

  /** Whether the last range reached the end of the input before its own. */
  private boolean ended;

  /** What failed, if anything: the call's name, and its error. */
  public record Trouble(String call, Errno errno) {
    public boolean none() {
      return errno == Errno.UNKNOWN;
    }

    /** This one, or another one if this is none. */
    Trouble or(Trouble other) {
      return none() ? other : this;
    }
  }

  private static final Trouble NONE = new Trouble("", Errno.UNKNOWN);

  /** To the end of the file, whatever size it claims; holes stay holes. */
  public Trouble contents(int from, int to, Statx judged) {
    long size = judged.size();
    if (size == 0) {
      // In /proc every file says so.
      return readAndWrite(from, to, Long.MAX_VALUE);
    }
    if (canClone) {
      if (LinuxFs.ficlone(to, from).ok()) {
        return NONE;
      }
      canClone = false;
    }
    return judged.blocks() * BLOCK < size ? sparse(from, to) : range(from, to, Long.MAX_VALUE);
  }

  private Trouble sparse(int from, int to) {
    long at = 0;
    for (; ; ) {
      SyscallResult data = Unistd.lseek(from, at, Unistd.SEEK_DATA);
      if (data.is(Errno.ENXIO)) {
        break;
      }
      if (data.failed()) {
        // No holes to be known on this file system: everything is data.
        SyscallResult back = Unistd.lseek(from, at, Unistd.SEEK_SET);
        return back.failed() ? trouble("lseek", back) : range(from, to, Long.MAX_VALUE);
      }
      long start = data.raw();
      SyscallResult hole = Unistd.lseek(from, start, Unistd.SEEK_HOLE);
      if (hole.failed()) {
        return trouble("lseek", hole);
      }
      SyscallResult source = Unistd.lseek(from, start, Unistd.SEEK_SET);
      SyscallResult target = Unistd.lseek(to, start, Unistd.SEEK_SET);
      if (source.failed() || target.failed()) {
        return trouble("lseek", source.failed() ? source : target);
      }
      Trouble copied = range(from, to, hole.raw() - start);
      if (!copied.none()) {
        return copied;
      }
      if (ended) {
        // It has less than it claims, as files in /sys do; what is missing is no hole.
        return NONE;
      }
      at = hole.raw();
    }
    SyscallResult end = Unistd.lseek(from, 0, Unistd.SEEK_END);
    if (end.failed()) {
      return trouble("lseek", end);
    }
    SyscallResult sized = end.raw() > at ? Unistd.ftruncate(to, end.raw()) : SyscallResult.SUCCESS;
    return sized.ok() ? NONE : trouble("ftruncate of the copy", sized);
  }

  /** From both offsets on. Ends early where the input does; {@link #ended} tells. */
  private Trouble range(int from, int to, long length) {
    long left = length;
    ended = false;
    Interruptions interruptions = new Interruptions();
    while (canCopyRange && left > 0) {
      SyscallResult copied = Unistd.copy_file_range(from, to, Math.min(left, MOST_AT_ONCE));
      if (interruptions.again(copied)) {
        continue;
      }
      if (copied.failed()) {
        switch (copied.errno()) {
          case EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EPERM -> canCopyRange = false;
          case ENOSPC, EDQUOT, EFBIG -> {
            return trouble("copy_file_range to the copy", copied);
          }
          default -> {
            return trouble("copy_file_range", copied);
          }
        }
      } else if (copied.raw() == 0) {
        // Some kernels say so at once of files that are made up while they are read.
        ended = left < length;
        return ended ? NONE : readAndWrite(from, to, left);
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
        ended = true;
        return NONE;
      }
      for (int written = 0; written < read.raw(); ) {
        SyscallResult wrote = Unistd.write(to, buffer, written, (int) read.raw() - written);
        if (interruptions.again(wrote)) {
          continue;
        }
        if (wrote.failed()) {
          return trouble("write to the copy", wrote);
        }
        written += wrote.intValue();
      }
      left -= read.raw();
    }
    return NONE;
  }

  /** How the attributes of a descriptor are reached. */
  public enum Reach {
    /** By the descriptor. */
    OPEN,
    /** Of a FIFO, socket, device or symbolic link, that is only held, {@code O_PATH}. */
    HELD
  }

  /**
   * Owner, extended attributes (ACLs among them), mode and times, in the order in which none undoes
   * another. What cannot be kept hinders nothing else; the first such thing is answered.
   *
   * <p>Where the owner cannot be kept the set-id bits are not kept either; where the group cannot,
   * the group that the file has instead gets no more rights than everybody.
   */
  public static Trouble attributes(int from, int to, Statx judged, Statx made, Reach reach) {
    Trouble trouble = NONE;
    // A set-id bit means nothing on what cannot be executed.
    int mode = reach == Reach.OPEN ? judged.permissions() : judged.permissions() & 0777;
    if (judged.uid() != made.uid() || judged.gid() != made.gid()) {
      SyscallResult owned = chown(to, judged.uid(), judged.gid(), reach);
      if (owned.failed()) {
        mode &= ~(Statx.S_ISUID | Statx.S_ISGID);
        boolean groupKept =
            judged.gid() == made.gid() || chown(to, Identity.KEEP, judged.gid(), reach).ok();
        int narrowed = groupKept || judged.isSymlink() ? mode : mode & ~(~(mode << 3) & 070);
        // That users cannot give files away goes without saying.
        boolean expected = owned.is(Errno.EPERM) && Identity.setfsuid(Identity.KEEP) != 0;
        if (!expected || narrowed != mode) {
          trouble = trouble("fchown", owned);
        }
        mode = narrowed;
      }
    }
    Kept kept = extendedAttributes(from, to, reach, mode);
    trouble = trouble.or(kept.trouble);
    mode = kept.mode;
    if (mode != made.permissions() && !judged.isSymlink()) {
      SyscallResult changed =
          reach == Reach.OPEN ? Unistd.fchmod(to, mode) : ProcSelfFd.chmod(to, mode);
      if (changed.failed()) {
        trouble = trouble.or(trouble("fchmod", changed));
      }
    }
    return trouble.or(times(to, EMPTY, judged, Fcntl.AT_EMPTY_PATH));
  }

  private static SyscallResult chown(int fd, int uid, int gid, Reach reach) {
    return reach == Reach.OPEN ? Unistd.fchown(fd, uid, gid) : ProcSelfFd.chown(fd, uid, gid);
  }

  /** Times of a name in a directory, or with an empty name of the descriptor itself. */
  public static Trouble times(int dirfd, byte[] name, Statx judged, int flags) {
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

  /**
   * What became of the extended attributes.
   *
   * @param mode what is left of the mode
   */
  private record Kept(Trouble trouble, int mode) {}

  private static Kept extendedAttributes(int from, int to, Reach reach, int wanted) {
    int mode = wanted;
    Result<byte[]> names =
        reach == Reach.OPEN ? Xattr.flistxattr(from) : Xattr.listxattr(ProcSelfFd.name(from));
    if (names.failed()) {
      Trouble unknown = new Trouble("flistxattr", names.errno());
      return new Kept(names.is(Errno.EOPNOTSUPP) ? NONE : unknown, mode);
    }
    Trouble trouble = NONE;
    byte[] list = names.value();
    for (int start = 0; start < list.length; ) {
      int end = start;
      while (end < list.length && list[end] != 0) {
        end++;
      }
      byte[] name = Arrays.copyOfRange(list, start, end);
      start = end + 1;
      Result<byte[]> value =
          reach == Reach.OPEN
              ? Xattr.fgetxattr(from, name)
              : Xattr.getxattr(ProcSelfFd.name(from), name);
      if (value.failed()) {
        if (!value.is(Errno.ENODATA)) {
          trouble = trouble.or(new Trouble("fgetxattr " + FileName.display(name), value.errno()));
        }
        continue;
      }
      SyscallResult set =
          reach == Reach.OPEN
              ? Xattr.fsetxattr(to, name, value.value(), 0)
              : Xattr.setxattr(ProcSelfFd.name(to), name, value.value(), 0);
      if (set.failed() && Arrays.equals(name, ACL)) {
        mode = withoutAcl(mode, value.value());
      }
      if (set.failed() && !isTheSystemsOwn(name, set)) {
        trouble = trouble.or(trouble("fsetxattr " + FileName.display(name), set));
      }
    }
    return new Kept(trouble, mode);
  }

  /** With an ACL the group's bits are its mask: without it the group gets what it had itself. */
  private static int withoutAcl(int mode, byte[] value) {
    PosixAcl acl = PosixAcl.parse(value);
    int own = 0;
    for (PosixAcl.Entry entry : acl == null ? List.<PosixAcl.Entry>of() : acl.entries()) {
      if (!entry.user() && entry.id() == -1) {
        own = entry.permissions();
      }
    }
    return mode & (~070 | own << 3);
  }

  /**
   * Those that only a privileged process, or the security module itself, may set; and the label
   * that the target's own policy gives instead.
   */
  private static boolean isTheSystemsOwn(byte[] name, SyscallResult refused) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    if (text.equals("security.selinux")) {
      return refused.is(Errno.EPERM) || refused.is(Errno.EACCES) || refused.is(Errno.EOPNOTSUPP);
    }
    return refused.is(Errno.EPERM) && (text.startsWith("security.") || text.startsWith("trusted."));
  }

  private static Trouble trouble(String call, SyscallResult result) {
    return new Trouble(call, result.errno());
  }
}
