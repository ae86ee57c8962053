package dev.holdfast.locks.named;

import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockCompromisedException;
import dev.holdfast.locks.kernel.FlockLock;
import dev.holdfast.locks.kernel.HarmlessClose;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.scope.Scope;
import dev.holdfast.locks.wait.NameWatch;
import dev.holdfast.locks.wait.Watch;
import dev.holdfast.path.FileName;
import dev.holdfast.path.FileSystems;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.path.make.UnnamedFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file system's part of locks that <em>are</em> a file: complete before it appears, there or
 * not there, and taken away only by who knows which file it is.
 *
 * <p>Everything happens in one directory held open, by names without a slash: the directory cannot
 * be exchanged on the way.
 */
public final class NamedFile implements AutoCloseable {
  private static final byte[] RECORD = Paths.bytes("user.holdfast.holder");

  /** What a name begins with that a file is moved to before it is removed. */
  private static final String ASIDE = ".holdfast.";

  /** The directory that was cleaned last: in a directory of many locks once is enough. */
  private static volatile @Nullable Identity cleaned;

  private static final int PIN = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;
  private static final int READ =
      Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;

  private final OwnedFd directory;
  private final int dirfd;
  private final Statx directoryStat;
  private final FileSystems.Known fileSystem;
  final Path path;
  private final byte[] name;

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

  /**
   * A lock file of our own.
   *
   * @param pin keeps its inode number from being given to another file that somebody may put in its
   *     place
   */
  record Published(Identity identity, OwnedFd pin) implements AutoCloseable {
    @Override
    public void close() {
      try {
        pin.close();
      } catch (IOException allWasWritten) {
        // The contents were complete before it was published.
      }
    }
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

  /**
   * Publishes a file with these contents, if nothing is at the name.
   *
   * @param record what goes beside the contents, in an extended attribute, where there are any
   * @return which file it is; null if the name is taken
   */
  @Nullable Published publish(
      byte[] contents, byte @Nullable [] record, int permissions, boolean flocked)
      throws IOException {
    SyscallResult opened = UnnamedFile.open(dirfd, permissions);
    if (UnnamedFile.isLacking(opened)) {
      return publishNamed(contents, record, permissions, false, flocked);
    }
    OwnedFd made = OwnedFd.of(opened, "open", FileName.shownOf(path));
    boolean kept = false;
    try {
      try (OwnedFd.Use use = made.use()) {
        fill(use.fd(), contents, record, permissions);
        if (flocked) {
          flock(use.fd());
        }
        Published ready =
            new Published(
                Identity.of(Statx.fstat(use.fd()).orThrow("fstat", FileName.shownOf(path))), made);
        // The nameless file is gone with us if we end here: nothing is left behind.
        SyscallResult linked = UnnamedFile.link(use.fd(), dirfd, name);
        if (linked.is(Errno.EEXIST)) {
          return null;
        }
        linked.orThrow("link", FileName.shownOf(path));
        kept = true;
        return ready;
      }
    } finally {
      if (!kept) {
        made.close();
      }
    }
  }

  /**
   * The same by way of a named file of our own, as any file system can: the answer of link(2) is
   * not believed, since a server may have done it and its answer been lost; the count of links is.
   *
   * @param sync whether another machine must see the contents
   */
  @Nullable Published publishNamed(
      byte[] contents, byte @Nullable [] record, int permissions, boolean sync, boolean flocked)
      throws IOException {
    byte[] own = Paths.bytes(ownPrefix() + Unistd.getpid() + "." + RandomNames.random());
    int flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW;
    OwnedFd made =
        // Ours to write until it is filled, whatever it is to be.
        OwnedFd.of(
            Fcntl.openat(dirfd, own, flags, permissions | 0600), "open", FileName.shownOf(path));
    try {
      Identity mine;
      try (OwnedFd.Use use = made.use()) {
        fill(use.fd(), contents, record, permissions);
        if (sync) {
          Unistd.fsync(use.fd()).orThrow("fsync", FileName.shownOf(path));
        }
        mine = Identity.of(Statx.fstat(use.fd()).orThrow("fstat", FileName.shownOf(path)));
      }
      // Closed first: NFS writes back and checks on close.
      made.close();
      SyscallResult pinned = Fcntl.openat(dirfd, own, flocked ? READ : PIN, 0);
      if (pinned.is(Errno.ENOENT)) {
        // Somebody cleans here, and took us for dead.
        return null;
      }
      OwnedFd pin = OwnedFd.of(pinned, "open", FileName.shownOf(path));
      boolean kept = false;
      try {
        if (flocked) {
          try (OwnedFd.Use use = pin.use()) {
            flock(use.fd());
          }
        }
        SyscallResult linked = Unistd.linkat(dirfd, own, dirfd, name, 0);
        kept = won(own, mine, linked);
        return kept ? new Published(mine, pin) : null;
      } finally {
        if (!kept) {
          pin.close();
        }
      }
    } finally {
      made.close();
      Unistd.unlinkat(dirfd, own, 0);
    }
  }

  /**
   * Before it is published: a file that says that it is flocked is so until its holder has ended.
   */
  private void flock(int fd) throws IOException {
    FileLocks.flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB)
        .orThrow("flock", FileName.shownOf(path));
  }

  private boolean won(byte[] own, Identity mine, SyscallResult linked) throws IOException {
    for (int i = 0; ; i++) {
      Result<Statx> stat =
          Statx.statx(dirfd, own, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
      if (stat.is(Errno.ESTALE) && i < 8) {
        continue;
      }
      boolean two = stat.orThrow("statx", FileName.shownOf(path)).nlink() == 2;
      if (two || mine.equals(there())) {
        return true;
      }
      if (!linked.is(Errno.EEXIST) && !linked.is(Errno.ESTALE)) {
        linked.orThrow("link", FileName.shownOf(path));
      }
      return false;
    }
  }

  private void fill(int fd, byte[] contents, byte @Nullable [] record, int permissions)
      throws IOException {
    int written = 0;
    while (written < contents.length) {
      written +=
          (int)
              Unistd.write(fd, contents, written, contents.length - written)
                  .orThrow("write", FileName.shownOf(path));
    }
    if (record != null) {
      // Before the mode, which may let nobody but root set one. Where there are no such attributes
      // the holder cannot be proved dead: that is all.
      Xattr.fsetxattr(fd, RECORD, record, 0);
    }
    // The umask must not hide the record from who has to judge it.
    Unistd.fchmod(fd, permissions).orThrow("fchmod", FileName.shownOf(path));
  }

  /**
   * A lock file that was found, as it was read from one descriptor, which stays open: until then no
   * other file can have its inode number.
   *
   * @param pin null if it could not be opened
   */
  public record Found(
      Identity identity, byte[] contents, @Nullable HolderRecord record, @Nullable OwnedFd pin)
      implements AutoCloseable {
    /**
     * True if nobody has the flock of the file: nobody who made it, and nobody who inherited it. By
     * a shared one, so that two who ask at once do not hinder each other.
     */
    boolean flockIsFree() throws IOException {
      if (pin == null) {
        return false;
      }
      try (OwnedFd.Use use = pin.use()) {
        boolean free = FileLocks.flock(use.fd(), FileLocks.LOCK_SH | FileLocks.LOCK_NB).ok();
        if (free) {
          FileLocks.flock(use.fd(), FileLocks.LOCK_UN);
        }
        return free;
      }
    }

    /**
     * Has another thread wait in the kernel until nobody has the flock of the file.
     *
     * @param free run when nobody has it
     * @return null if that cannot be done now
     */
    KernelWait.@Nullable Elsewhere awaitFlock(Runnable free) throws IOException {
      OwnedFd waitedFor = Objects.requireNonNull(pin);
      int fd = waitedFor.borrow();
      KernelWait.Elsewhere wait =
          KernelWait.elsewhere(
              () -> {
                SyscallResult got = FileLocks.flock(fd, FileLocks.LOCK_SH);
                if (got.ok()) {
                  FileLocks.flock(fd, FileLocks.LOCK_UN);
                  free.run();
                }
                return got;
              },
              waitedFor::giveBack);
      if (wait == null) {
        waitedFor.giveBack();
      }
      return wait;
    }

    /** Who has the flock of the file, as far as that can be seen. */
    List<Holder> flockHolders() throws IOException {
      Statx stat = stat();
      return stat == null
          ? List.of()
          : KernelLocks.holders(
              stat,
              KernelLocks.Family.FLOCK,
              Key.ofFile(FlockLock.KIND, identity.device(), identity.inode(), 0, 0));
    }

    /** True if that process started after the file was written. */
    boolean isOlderThan(int pid) throws IOException {
      Statx stat = stat();
      return stat != null && Recovery.startedAfter(pid, stat);
    }

    /** What it is that names no holder. */
    String saysNothing() throws IOException {
      Statx stat = stat();
      return stat == null
          ? "what is there cannot be read"
          : stat.isRegular()
              ? "the file says nothing of its holder"
              : "what is there is not a regular file";
    }

    private @Nullable Statx stat() throws IOException {
      if (pin == null) {
        return null;
      }
      try (OwnedFd.Use use = pin.use()) {
        return Statx.fstat(use.fd()).orThrow("fstat", "lock file");
      }
    }

    @Override
    public void close() throws IOException {
      if (pin != null) {
        HarmlessClose.of(pin);
      }
    }
  }

  /** Reads what is at the name; null if nothing is there. What cannot be read has no contents. */
  public @Nullable Found read() throws IOException {
    return read(name);
  }

  private @Nullable Found read(byte[] which) throws IOException {
    SyscallResult opened = Fcntl.openat(dirfd, which, READ, 0);
    if (opened.is(Errno.ENOENT)) {
      return null;
    }
    if (opened.failed()) {
      Identity there = there();
      return there == null ? null : new Found(there, new byte[0], null, null);
    }
    OwnedFd file = OwnedFd.of(opened, "open", FileName.shownOf(path));
    boolean kept = false;
    try {
      try (OwnedFd.Use use = file.use()) {
        Statx stat = Statx.fstat(use.fd()).orThrow("fstat", FileName.shownOf(path));
        byte[] contents = stat.isRegular() ? contents(use.fd()) : new byte[0];
        HolderRecord record = HolderRecord.parse(contents);
        if (record == null) {
          Result<byte[]> beside = Xattr.fgetxattr(use.fd(), RECORD);
          record = beside.ok() ? HolderRecord.parse(beside.value()) : null;
        }
        kept = true;
        return new Found(Identity.of(stat), contents, record, file);
      }
    } finally {
      if (!kept) {
        file.close();
      }
    }
  }

  private static String ownPrefix() {
    return "." + Self.host().replace('/', '_') + ".";
  }

  /**
   * Removes what a kill between two system calls left in this directory: files that were made ready
   * and not published, or moved aside and not removed, whose holder is proved dead. Once for each
   * directory in turn.
   */
  void removeLeftovers() throws IOException {
    Identity here = Identity.of(directoryStat);
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
    try (OwnedFd listing = OwnedFd.of(opened, "open", FileName.shownOf(path))) {
      DirentCursor names = new DirentCursor();
      try (OwnedFd.Use use = listing.use()) {
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
  }

  private void removeIfDead(byte[] leftover) throws IOException {
    try (Found found = read(leftover)) {
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

  private static byte[] contents(int fd) {
    byte[] buffer = new byte[HolderRecord.MOST_BYTES];
    int length = 0;
    while (length < buffer.length) {
      SyscallResult read = Unistd.pread(fd, buffer, length, buffer.length - length, length);
      if (read.failed() || read.raw() == 0) {
        break;
      }
      length += read.intValue();
    }
    return Arrays.copyOf(buffer, length);
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
