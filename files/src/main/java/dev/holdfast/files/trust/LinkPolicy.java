package dev.holdfast.files.trust;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.RaceDetectedException;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Accounts;
import dev.holdfast.files.inside.TreeRoot;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/**
 * The owner rules for links, FIFOs and files in shared directories, enforced here whatever the
 * kernel's {@code fs.protected_*} settings are (F16).
 *
 * <ul>
 *   <li>{@link #mayFollow symlinks}: in a sticky directory that everybody may write to, a symbolic
 *       link is followed only if it belongs to the follower or to the directory's owner.
 *   <li>{@link #mayLink hard links}: a file is given another name only by its owner, or if it is
 *       plain (regular, no set-id) and the linker may read and write it.
 *   <li>{@link #mayCreateOver FIFOs and regular files}: an opening that would have created the file
 *       does not accept one that somebody else put into a shared sticky directory.
 * </ul>
 *
 * <p><b>Guarantees.</b> The rules themselves are plain functions of what descriptors said. {@link
 * #open}, {@link #openOrCreate} and {@link #link} apply them to the very objects they act on: every
 * component is pinned, judged, and used by its descriptor.
 *
 * <p><b>Remaining races.</b> A rule looks at the directory's mode once; one who may change that
 * mode is its owner.
 *
 * <p><b>Threads.</b> Immutable. <b>Sources.</b> proc_sys_fs(5), {@code fs/namei.c}, the Openwall
 * patch, the owlsm security module.
 */
public final class LinkPolicy {
  private static final int MAX_TRIES = 64;

  private final boolean groupWritableToo;

  private LinkPolicy(boolean groupWritableToo) {
    this.groupWritableToo = groupWritableToo;
  }

  /** The kernel's rules at their setting 1. */
  public static LinkPolicy standard() {
    return new LinkPolicy(false);
  }

  /** With the FIFO and file rule for sticky directories that a group may write to: setting 2. */
  public static LinkPolicy strict() {
    return new LinkPolicy(true);
  }

  /** {@code fs.protected_symlinks}. */
  public boolean mayFollow(FileStat directory, FileStat link, int follower) {
    boolean shared = isSticky(directory) && (directory.mode() & 0002) != 0;
    return !shared || link.uid() == follower || link.uid() == directory.uid();
  }

  /**
   * {@code fs.protected_hardlinks}, without the exception that the kernel makes for privilege.
   *
   * @param mayReadAndWrite whether the linker could open the file for both
   */
  public boolean mayLink(FileStat file, int linker, boolean mayReadAndWrite) {
    if (file.uid() == linker) {
      return true;
    }
    boolean setUserId = (file.mode() & Statx.S_ISUID) != 0;
    boolean setGroupId = (file.mode() & (Statx.S_ISGID | 0010)) == (Statx.S_ISGID | 0010);
    return file.isRegularFile() && !setUserId && !setGroupId && mayReadAndWrite;
  }

  /** {@code fs.protected_fifos} and {@code fs.protected_regular}. */
  public boolean mayCreateOver(FileStat directory, FileStat file, int opener) {
    if (file.kind() != FileKind.FIFO && file.kind() != FileKind.REGULAR) {
      return true;
    }
    int shared = groupWritableToo ? 0022 : 0002;
    return !isSticky(directory)
        || (directory.mode() & shared) == 0
        || file.uid() == opener
        || file.uid() == directory.uid();
  }

  private static boolean isSticky(FileStat directory) {
    return (directory.mode() & Statx.S_ISVTX) != 0;
  }

  /**
   * Opens a file, following links only where the rule allows.
   *
   * @throws UnsafePathException if a link must not be followed, or the file is not what is asked
   *     for
   */
  public OpenFile open(Path path, Opening opening) throws IOException {
    try (LinkWalk walk = LinkWalk.to(path, this)) {
      return walk.open(opening);
    }
  }

  /**
   * Opens a file, or creates it where there is none; what is there already must pass {@link
   * #mayCreateOver}. Behind a link that may be followed the file is created where the link leads
   * to.
   *
   * @param mode of a file that is created: exactly this, whatever the umask
   * @throws RaceDetectedException if it came and went at every try
   */
  public OpenFile openOrCreate(Path path, Opening opening, int mode) throws IOException {
    for (int i = 0; i < MAX_TRIES; i++) {
      try (LinkWalk walk = LinkWalk.to(path, this)) {
        if (walk.exists()) {
          if (!mayCreateOver(walk.directory(), walk.object(), fsuid())) {
            throw new UnsafePathException(
                path.toString(),
                "was put into a shared directory by " + Accounts.user(walk.object().uid()),
                Row.S05,
                Errno.EACCES);
          }
          return walk.open(opening);
        }
        try {
          return walk.create(opening, mode);
        } catch (FileAlreadyExistsException present) {
          // Somebody was faster: judge what is there now.
        }
      }
    }
    throw new RaceDetectedException(
        path.toString(), "came and went at every try", Row.S04, Errno.EEXIST);
  }

  /**
   * Gives the judged file another name, which must be new. Needs /proc.
   *
   * @throws UnsafePathException if the file must not be linked to
   */
  public void link(Path existing, Path name) throws IOException {
    try (LinkWalk from = LinkWalk.to(existing, this);
        TreeRoot to = TreeRoot.of(name)) {
      FileStat file = from.requireObject();
      if (!mayLink(file, fsuid(), from.mayReadAndWrite())) {
        throw new UnsafePathException(
            existing.toString(),
            "belongs to " + Accounts.user(file.uid()) + " and is not plain, or closed to us",
            Row.S12,
            Errno.EPERM);
      }
      SyscallResult linked =
          Unistd.linkat(
              Fcntl.AT_FDCWD,
              ProcSelfFd.name(from.fd()),
              to.parent().fd,
              to.name(),
              Fcntl.AT_SYMLINK_FOLLOW);
      linked.orThrow("linkat", name.toString());
      Result<Statx> made =
          Statx.statx(
              to.parent().fd, to.name(), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
      if (made.failed() || !made.value().sameObject(CORE.statx(file))) {
        throw new RaceDetectedException(
            name.toString(), "was replaced right after it was made", Row.S12, null);
      }
    }
  }

  static int fsuid() {
    return Identity.setfsuid(Identity.KEEP);
  }
}
