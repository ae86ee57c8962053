package dev.holdfast.locks.named;

import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockCompromisedException;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.scope.Scope;
import dev.holdfast.locks.wait.NameWatch;
import dev.holdfast.locks.wait.Watch;
import dev.holdfast.path.FileName;
import dev.holdfast.path.FileSystems;
import dev.holdfast.path.make.RandomNames;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file system's part of locks that <em>are</em> a file: complete before it appears, there or
 * not there, and taken away only by who knows which file it is.
 *
 * <p>Everything happens in one directory held open, by names without a slash: the directory cannot
 * be exchanged on the way.
 */
public final class NamedFile implements AutoCloseable {
  /** What a name begins with that a file is moved to before it is removed. */
  private static final String ASIDE = ".holdfast.";

  /** The directory that was cleaned last: in a directory of many locks once is enough. */
  private static volatile List<Long> cleaned = List.of();

  static final int READ = Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;

  private final OwnedFd directory;
  final int dirfd;
  private final Statx directoryStat;
  private final FileSystems.Known fileSystem;
  final Path path;
  final byte[] name;

  private NamedFile(OwnedFd directory, int dirfd, Statx stat, Path path, byte[] name) {
    this.directory = directory;
    this.dirfd = dirfd;
    this.directoryStat = stat;
    this.fileSystem = FileSystems.of(dirfd);
    this.path = path;
    this.name = name;
  }

  public static NamedFile in(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path parent = absolute.getParent();
    Path last = absolute.getFileName();
    if (parent == null
        || last == null
        || last.toString().equals("..")
        || last.toString().equals(".")) {
      throw new FileSystemException(FileName.shownOf(path), null, "is not a name for a lock file");
    }
    int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY;
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(parent), flags, 0);
    if (opened.is(Errno.EACCES)) {
      // A spool that may be entered but not listed. Its file system is still known.
      opened =
          Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(parent), Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0);
    }
    OwnedFd directory = OwnedFd.of(opened, "open", FileName.shownOf(parent));
    boolean kept = false;
    int dirfd = directory.borrow();
    try {
      Statx stat = Statx.fstat(dirfd).orThrow("fstat", FileName.shownOf(parent));
      NamedFile file = new NamedFile(directory, dirfd, stat, absolute, Paths.bytes(last));
      kept = true;
      return file;
    } finally {
      if (!kept) {
        directory.giveBack();
        directory.close();
      }
    }
  }

  /**
   * The same for a lock of this kind.
   *
   * @throws FileSystemException also where such a lock would not exclude
   */
  static NamedFile forLock(Kind kind, Path path) throws IOException {
    NamedFile file = in(path);
    boolean kept = false;
    try {
      Scope.require(kind, FileName.shownOf(path), file.fileSystem);
      kept = true;
      return file;
    } finally {
      if (!kept) {
        file.close();
      }
    }
  }

  Key key(Kind kind) {
    return Key.ofName(kind, directoryStat.device(), directoryStat.inode(), name);
  }

  /** True if the kernel of this machine alone keeps the locks of its files, under one number. */
  boolean flockProves() {
    return fileSystem.isLocal();
  }

  /** True if no other machine can reach it. */
  public boolean local() {
    return fileSystem.isOfThisMachine();
  }

  /** Has the hint run when a name in the directory goes away or is taken by another file. */
  Watch watch(Runnable hint) {
    Path parent = path.getParent();
    return parent == null ? Watch.NONE : NameWatch.whenChanged(parent, false, hint);
  }

  /** True if the path still leads into the directory that is held open. */
  boolean inPlace() throws IOException {
    Path parent = path.getParent();
    return parent == null
        || LockFile.leads(parent, 0, directoryStat.device(), directoryStat.inode());
  }

  /** Which file it is, as long as some descriptor of it is open. */
  record Identity(long device, long inode) {
    static Identity of(Statx stat) {
      return new Identity(stat.device(), stat.inode());
    }
  }

  /** What is at the name now; null if nothing is. */
  @Nullable Identity there() throws IOException {
    Result<Statx> stat =
        Statx.statx(dirfd, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (stat.is(Errno.ENOENT)) {
      return null;
    }
    return Identity.of(stat.orThrow("statx", FileName.shownOf(path)));
  }

  /** What the names of files begin with that we make ready here. */
  static String ownPrefix() {
    return "." + Self.host().replace('/', '_') + ".";
  }

  /** Reads what is at the name; null if nothing is there. What cannot be read has no contents. */
  public @Nullable FoundFile read() throws IOException {
    return read(name);
  }

  private @Nullable FoundFile read(byte[] which) throws IOException {
    SyscallResult opened = Fcntl.openat(dirfd, which, READ, 0);
    if (opened.is(Errno.ENOENT)) {
      return null;
    }
    if (opened.failed()) {
      Identity there = there();
      return there == null ? null : new FoundFile(there, new byte[0], null, null);
    }
    return FoundFile.read(OwnedFd.of(opened, "open", FileName.shownOf(path)), path);
  }

  /**
   * Removes what a kill between two system calls left in this directory: files that were made ready
   * and not published, or moved aside and not removed, whose holder is proved dead. Once for each
   * directory in turn.
   */
  void removeLeftovers() throws IOException {
    List<Long> here =
        List.of(
            directoryStat.device(),
            directoryStat.inode(),
            // Another one may have its number by now.
            directoryStat.btimeSeconds(),
            (long) directoryStat.btimeNanos());
    if (here.equals(cleaned)) {
      return;
    }
    cleaned = here;
    SyscallResult opened =
        Fcntl.openat(dirfd, Paths.bytes("."), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return;
    }
    String own = ownPrefix();
    try (OwnedFd listing = OwnedFd.of(opened, "open", FileName.shownOf(path));
        OwnedFd.Use use = listing.use()) {
      DirentCursor names = new DirentCursor();
      for (SyscallResult batch = names.fill(use.fd());
          batch.ok() && batch.raw() > 0;
          batch = names.fill(use.fd())) {
        while (names.next()) {
          byte[] found = names.name();
          String shown = FileName.decode(found);
          if (shown.startsWith(own) || shown.startsWith(ASIDE)) {
            removeIfDead(found);
          }
        }
      }
    }
  }

  private void removeIfDead(byte[] leftover) throws IOException {
    try (FoundFile found = read(leftover)) {
      HolderRecord record = found == null ? null : found.record();
      // Whoever is about to take its flock has not ended.
      if (found != null
          && record != null
          && Recovery.hasEnded(record.pid())
          && Recovery.judge(this, found, record).dead()) {
        Unistd.unlinkat(dirfd, leftover, 0);
      }
    }
  }

  /**
   * Takes the file away if it is still this one.
   *
   * <p>unlink(2) knows only names, so it is renamed to one that nobody knows, looked at, and then
   * unlinked, or put back if it is another.
   *
   * @return false if it was another one or none
   * @throws LockCompromisedException if another one was there and could not be put back
   */
  public boolean takeAway(Identity expected) throws IOException {
    if (!expected.equals(there())) {
      return false;
    }
    byte[] aside = RandomNames.random(ASIDE);
    SyscallResult renamed = Unistd.renameat2(dirfd, name, dirfd, aside, Unistd.RENAME_NOREPLACE);
    if (renamed.is(Errno.EINVAL) || renamed.is(Errno.ENOSYS)) {
      renamed = Unistd.renameat2(dirfd, name, dirfd, aside, 0);
    }
    if (renamed.is(Errno.ENOENT)) {
      return false;
    }
    if (renamed.is(Errno.EPERM)) {
      throw new AccessDeniedException(
          FileName.shownOf(path),
          null,
          "in a sticky directory only its owner may take a lock file away: "
              + renamed.errno().message
              + " (EPERM)");
    }
    renamed.orThrow("rename", FileName.shownOf(path));
    Result<Statx> stat =
        Statx.statx(dirfd, aside, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (stat.is(Errno.ENOENT)) {
      // Somebody who cleans was first: it was a dead holder's.
      return true;
    }
    Statx moved = stat.orThrow("statx", FileName.shownOf(path));
    if (Identity.of(moved).equals(expected)) {
      SyscallResult unlinked = Unistd.unlinkat(dirfd, aside, 0);
      if (!unlinked.is(Errno.ENOENT)) {
        unlinked.orThrow("unlink", FileName.shownOf(path));
      }
      return true;
    }
    SyscallResult back = Unistd.linkat(dirfd, aside, dirfd, name, 0);
    if (back.failed()) {
      throw new LockCompromisedException(
          FileName.shownOf(path),
          "somebody replaced it while it was taken away, and another took its place: two may hold"
              + " it; the one that was moved is "
              + FileName.shownOf(path.resolveSibling(Paths.path(aside))));
    }
    Unistd.unlinkat(dirfd, aside, 0);
    return false;
  }

  /** Sets the time of the last change to now, for programs that judge by age. */
  boolean touch(Identity expected) throws IOException {
    if (!expected.equals(there())) {
      return false;
    }
    return Unistd.utimensat(
            dirfd, name, 0, Unistd.UTIME_NOW, 0, Unistd.UTIME_NOW, Fcntl.AT_SYMLINK_NOFOLLOW)
        .ok();
  }

  @Override
  public void close() {
    directory.giveBack();
    try {
      directory.close();
    } catch (IOException nothingWasWritten) {
      // A directory that was only read from has nothing to lose.
    }
  }
}
