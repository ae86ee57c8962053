package dev.holdfast.path.make;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;

/**
 * rename(2) that replaces nothing, also on file systems without flags for it: NFS, 9p, most of
 * FUSE, older ZFS.
 *
 * <p>There a file gets its new name by link(2) before it loses the old one: for an instant it has
 * both. Directories, and files where no links can be made, are moved over an empty directory or
 * file that was made under the new name just before: whoever replaces that in the same instant by
 * something that a rename may replace loses it.
 */
public final class Renames {
  private Renames() {}

  /** True if this may mean that the file system, or the kernel, has not the flag. */
  public static boolean isUnknown(SyscallResult result) {
    return result.is(Errno.EINVAL) || result.is(Errno.ENOSYS) || result.is(Errno.EOPNOTSUPP);
  }

  /** Moves an object to a name that is free; EEXIST if it is not. */
  public static SyscallResult toFree(int fromFd, byte[] from, int toFd, byte[] to) {
    SyscallResult moved = Unistd.renameat2(fromFd, from, toFd, to, Unistd.RENAME_NOREPLACE);
    return isUnknown(moved) ? withoutFlags(fromFd, from, toFd, to) : moved;
  }

  /**
   * Moves an object into a directory of our own, where nobody else makes names: there nothing can
   * be replaced, and what has no flags can do without. The object stays one object on the way, also
   * where each link is shown as an object of its own (FUSE).
   */
  public static SyscallResult intoOwn(int fromFd, byte[] from, int toFd, byte[] to) {
    SyscallResult moved = Unistd.renameat2(fromFd, from, toFd, to, Unistd.RENAME_NOREPLACE);
    return isUnknown(moved) ? Unistd.renameat2(fromFd, from, toFd, to, 0) : moved;
  }

  /** The same as {@link #toFree} by the calls that every file system has. */
  public static SyscallResult withoutFlags(int fromFd, byte[] from, int toFd, byte[] to) {
    Result<Statx> old = look(fromFd, from);
    if (old.failed()) {
      return SyscallResult.failure(old.errno());
    }
    if (!old.value().isDirectory()) {
      SyscallResult linked = Unistd.linkat(fromFd, from, toFd, to, 0);
      if (linked.ok()) {
        return dropOldName(fromFd, from, toFd, to, old.value());
      }
      if (!lacksLinks(linked)) {
        return linked;
      }
    }
    return overPlaceholder(fromFd, from, toFd, to, old.value().isDirectory());
  }

  private static Result<Statx> look(int dirfd, byte[] name) {
    return Statx.statx(dirfd, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
  }

  /** Takes the old name away, or, where that cannot be done, the new one. */
  private static SyscallResult dropOldName(
      int fromFd, byte[] from, int toFd, byte[] to, Statx moved) {
    SyscallResult gone = unlinkIfSame(fromFd, from, moved);
    if (gone.failed()) {
      unlinkIfSame(toFd, to, moved);
    }
    return gone;
  }

  private static SyscallResult unlinkIfSame(int dirfd, byte[] name, Statx moved) {
    Result<Statx> now = look(dirfd, name);
    return now.ok() && now.value().sameObject(moved)
        ? Unistd.unlinkat(dirfd, name, 0)
        : SyscallResult.SUCCESS;
  }

  /** EPERM may also be the rule about links to what others own: then a rename decides itself. */
  private static boolean lacksLinks(SyscallResult linked) {
    return linked.is(Errno.EPERM) || isUnknown(linked);
  }

  private static SyscallResult overPlaceholder(
      int fromFd, byte[] from, int toFd, byte[] to, boolean directory) {
    SyscallResult made =
        directory
            ? Unistd.mkdirat(toFd, to, 0700)
            : Fcntl.openat(
                toFd, to, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW, 0600);
    if (made.failed()) {
      return made;
    }
    Result<Statx> placeholder;
    if (directory) {
      placeholder = look(toFd, to);
    } else {
      placeholder = Statx.fstat(made.intValue());
      Unistd.close(made.intValue());
    }
    SyscallResult moved = Unistd.renameat2(fromFd, from, toFd, to, 0);
    if (moved.ok()) {
      return moved;
    }
    Result<Statx> now = look(toFd, to);
    if (placeholder.ok() && now.ok() && now.value().sameObject(placeholder.value())) {
      Unistd.unlinkat(toFd, to, directory ? Fcntl.AT_REMOVEDIR : 0);
    }
    // What somebody put into the placeholder, or in its place, has the name now.
    return moved.is(Errno.ENOTEMPTY) || moved.is(Errno.EISDIR) || moved.is(Errno.ENOTDIR)
        ? SyscallResult.failure(Errno.EEXIST)
        : moved;
  }
}
