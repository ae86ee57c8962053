package dev.holdfast.files.tree;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.FileCopy;
import dev.holdfast.files.tree.CleaningEvent.Decision;
import dev.holdfast.files.tree.CleaningRules.Time;
import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Leases;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Sockets;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What {@link Cleaner} does to each entry. */
final class Cleaning extends TreeTask implements AutoCloseable {
  private static final int READ = Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;
  private static final int BLOCK = 512;
  private static final byte[] NO_NAME = new byte[0];
  private static final Set<String> OF_THE_SYSTEM =
      Set.of("lost+found", ".journal", "aquota.user", "aquota.group", "quota.user", "quota.group");

  private final CleaningRules rules;
  private final Consumer<CleaningEvent> listener;
  private final Instant limit;
  private final Map<Decision, Long> decisions = new EnumMap<>(Decision.class);
  private final DirentCursor cursor = new DirentCursor();

  private @Nullable Quarantines quarantine;
  private long bytes;

  Cleaning(CleaningRules rules, Consumer<CleaningEvent> listener) {
    this.rules = rules;
    this.listener = listener;
    this.limit = rules.clock().instant().minus(rules.olderThan());
  }

  Map<Decision, Long> decisions() {
    return decisions;
  }

  long bytes() {
    return bytes;
  }

  private Outcome decided(
      TreeWalker walker, byte @Nullable [] name, Decision decision, Statx judged) {
    decisions.merge(decision, 1L, Long::sum);
    long size = judged.isDirectory() ? 0 : judged.blocks() * BLOCK;
    if (decision == Decision.REMOVED || decision == Decision.WOULD_REMOVE) {
      bytes += size;
    }
    listener.accept(new CleaningEvent(walker.path(name), decision, size));
    return decision == Decision.REMOVED ? Plain.DONE : Plain.SKIPPED;
  }

  @Override
  Outcome enter(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    if (in == walker.way.base()) {
      return begin(walker, directory);
    }
    Quarantines own = quarantine;
    if (own != null && own.is(directory.judged)) {
      return Plain.SKIPPED;
    }
    if (isTheSystems(directory.name, directory.judged)
        || rules.excluded().test(walker.path(directory.name))) {
      return decided(walker, directory.name, Decision.EXCLUDED, directory.judged);
    }
    // Who holds this lock wants the directory and all that is in it left alone.
    return lock(directory.fd())
        ? Plain.DONE
        : decided(walker, directory.name, Decision.LOCKED, directory.judged);
  }

  /** What file systems themselves need, as tmpreaper(8) spares it. */
  private static boolean isTheSystems(byte[] name, Statx judged) {
    return judged.uid() == 0 && OF_THE_SYSTEM.contains(Paths.display(name));
  }

  private Outcome begin(TreeWalker walker, TreeFrame root) {
    if (!rules.dryRun()) {
      try {
        quarantine = new Quarantines(Quarantine.in(root.fd(), walker.path(root.name)));
      } catch (FileSystemException refused) {
        return new Failed(
            TreeFailure.refused(
                walker.path(root.name), "quarantine", String.valueOf(refused.getReason())));
      } catch (IOException unexpected) {
        return new Failed(
            TreeFailure.refused(walker.path(root.name), "quarantine", unexpected.toString()));
      }
    }
    changedBy(root);
    return Plain.DONE;
  }

  private static boolean lock(int fd) {
    return FileLocks.flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB).ok();
  }

  @Override
  Outcome mounted(TreeWalker walker, byte[] name, Statx judged) {
    return decided(walker, name, Decision.MOUNTED, judged);
  }

  @Override
  Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type) {
    if (in == walker.way.base()) {
      return walker.failed(name, "openat", Errno.ENOTDIR);
    }
    SyscallResult opened = Fcntl.openat(in.fd(), name, Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    if (opened.failed()) {
      return opened.is(Errno.ENOENT)
          ? Plain.VANISHED
          : walker.failed(name, "openat", opened.errno());
    }
    int pinned = opened.intValue();
    try {
      Result<Statx> judged = Statx.fstat(pinned);
      if (judged.failed()) {
        return walker.failed(name, "statx", judged.errno());
      }
      if (judged.value().isDirectory()) {
        return Plain.DIRECTORY;
      }
      return judged.value().mountId() == in.judged.mountId()
          ? judge(walker, in, name, pinned, judged.value())
          : mounted(walker, name, judged.value());
    } finally {
      Unistd.close(pinned);
    }
  }

  private Outcome judge(TreeWalker walker, TreeFrame in, byte[] name, int pinned, Statx judged) {
    if (isTheSystems(name, judged) || rules.excluded().test(walker.path(name))) {
      return decided(walker, name, Decision.EXCLUDED, judged);
    }
    boolean socket = (judged.mode() & Statx.S_IFMT) == Statx.S_IFSOCK && !rules.sparesSockets();
    if (!judged.isRegular() && !judged.isSymlink() && !socket) {
      return decided(walker, name, Decision.KIND, judged);
    }
    if (!isOld(judged, true)) {
      return decided(walker, name, Decision.YOUNG, judged);
    }
    if (socket) {
      Decision bound = bound(pinned);
      return bound != Decision.REMOVED
          ? decided(walker, name, bound, judged)
          : remove(
              walker,
              in,
              name,
              judged,
              moved -> unchanged(pinned, judged, moved) && bound(pinned) == Decision.REMOVED);
    }
    if (judged.isSymlink()) {
      return remove(walker, in, name, judged, moved -> unchanged(pinned, judged, moved));
    }
    SyscallResult opened = ProcSelfFd.open(pinned, READ);
    if (opened.failed()) {
      return opened.is(Errno.EACCES)
          ? decided(walker, name, Decision.UNSURE, judged)
          : walker.failed(name, "openat", opened.errno());
    }
    int fd = opened.intValue();
    try {
      Decision inTheWay = inTheWay(fd);
      return inTheWay != Decision.REMOVED
          ? decided(walker, name, inTheWay, judged)
          : remove(
              walker, in, name, judged, moved -> unchanged(pinned, judged, moved) && unwanted(fd));
    } finally {
      Unistd.close(fd);
    }
  }

  /**
   * Whether a process has bound the socket; {@code REMOVED} if none has. A datagram socket is no
   * bother to who listens: streams refuse it, and others are not told.
   */
  private static Decision bound(int pinned) {
    SyscallResult made = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
    if (made.failed()) {
      return Decision.UNSURE;
    }
    SyscallResult asked = Sockets.connectPath(made.intValue(), ProcSelfFd.name(pinned));
    Unistd.close(made.intValue());
    if (asked.is(Errno.ECONNREFUSED)) {
      return Decision.REMOVED;
    }
    return asked.ok() || asked.is(Errno.EPROTOTYPE) ? Decision.OPEN : Decision.UNSURE;
  }

  /** Whether somebody locks or uses the file; {@code REMOVED} if nobody does. */
  private Decision inTheWay(int fd) {
    if (!lock(fd)) {
      return Decision.LOCKED;
    }
    Result<FileLocks.Flock> record =
        FileLocks.getlk(fd, FileLocks.F_OFD_GETLK, FileLocks.F_WRLCK, 0, 0);
    if (record.ok() && record.value().type() != FileLocks.F_UNLCK) {
      return Decision.LOCKED;
    }
    if (!rules.sparesOpenFiles()) {
      return Decision.REMOVED;
    }
    // A write lease is the kernel's word that nobody else has the file open. Whoever opens it from
    // here on waits until we are done, and is seen to wait.
    if (Leases.setSignal(fd, Signals.SIGURG).failed()) {
      return Decision.UNSURE;
    }
    SyscallResult leased = Leases.setlease(fd, Leases.F_WRLCK);
    if (leased.is(Errno.EAGAIN)) {
      return Decision.OPEN;
    }
    return leased.ok() ? Decision.REMOVED : Decision.UNSURE;
  }

  private boolean unwanted(int fd) {
    return !rules.sparesOpenFiles() || Leases.getlease(fd).raw() == Leases.F_WRLCK;
  }

  /** As it is numbered now: an overlay copies what it moves, and gives it another number. */
  private static boolean isHeld(int fd, Statx moved) {
    Result<Statx> now = Statx.fstat(fd);
    return now.ok() && now.value().sameObject(moved);
  }

  /** The move itself changed the change time: the others tell whether it was used meanwhile. */
  private static boolean unchanged(int pinned, Statx judged, Statx moved) {
    Result<Statx> now = Statx.fstat(pinned);
    return now.ok()
        && now.value().sameObject(moved)
        && now.value().mtimeSeconds() == judged.mtimeSeconds()
        && now.value().mtimeNanos() == judged.mtimeNanos()
        && now.value().uid() == judged.uid()
        && now.value().mode() == judged.mode()
        // More names are somebody's wish to keep it. To overlays and FUSE a move may cost it some.
        && now.value().nlink() <= judged.nlink();
  }

  private boolean isOld(Statx stat, boolean byAccess) {
    boolean old = true;
    for (Time time : rules.times()) {
      old &=
          switch (time) {
            case ACCESS -> !byAccess || before(stat.atimeSeconds(), stat.atimeNanos());
            case CHANGE -> before(stat.ctimeSeconds(), stat.ctimeNanos());
            case MODIFY -> before(stat.mtimeSeconds(), stat.mtimeNanos());
            case BIRTH ->
                (stat.mask() & Statx.STATX_BTIME) == 0
                    || before(stat.btimeSeconds(), stat.btimeNanos());
          };
    }
    return old;
  }

  private boolean before(long seconds, int nanos) {
    return Instant.ofEpochSecond(seconds, nanos).isBefore(limit);
  }

  private Outcome remove(
      TreeWalker walker, TreeFrame in, byte[] name, Statx judged, Quarantine.LastLook look) {
    byte[] shown = judged.isDirectory() ? null : name;
    Quarantines own = quarantine;
    if (own == null) {
      in.wouldGo++;
      return decided(walker, shown, Decision.WOULD_REMOVE, judged);
    }
    Result<Quarantine.Fate> fate = own.remove(walker, in, name, judged, look);
    changedBy(in);
    if (fate.failed()) {
      return walker.failed(shown, "renameat2", fate.errno());
    }
    return switch (fate.value()) {
      case REMOVED -> decided(walker, shown, Decision.REMOVED, judged);
      case VANISHED -> Plain.VANISHED;
      case PUT_BACK -> decided(walker, shown, Decision.RACED, judged);
      case KEPT ->
          new Failed(
              TreeFailure.refused(
                  walker.path(shown),
                  "renameat2",
                  "was replaced twice; what was there is kept in " + own.name(),
                  Row.S19));
    };
  }

  @Override
  Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    boolean onlyWe = onlyWeChanged(directory);
    Quarantines own = quarantine;
    if (own != null) {
      own.leave(directory);
      if (in == walker.way.base()) {
        own.close();
        quarantine = null;
      }
    }
    Outcome outcome = in == walker.way.base() ? Plain.DONE : removeEmpty(walker, in, directory);
    if (onlyWe && (outcome != Plain.DONE || in == walker.way.base())) {
      // It is as old as it was: for the next cleaning, and for others that go by its times. That
      // this may fail in a directory of somebody else's hurts nobody.
      FileCopy.times(directory.fd(), NO_NAME, directory.judged, Fcntl.AT_EMPTY_PATH);
    }
    return outcome;
  }

  /** We changed a directory: that is to be told from what others do. */
  private static void changedBy(TreeFrame directory) {
    directory.changed = Statx.fstat(directory.fd()).valueOrNull();
  }

  /** True if something was changed in it, and nothing since by anybody else. */
  private static boolean onlyWeChanged(TreeFrame directory) {
    Statx ours = directory.changed;
    Statx now = ours == null ? null : Statx.fstat(directory.fd()).valueOrNull();
    return ours != null
        && now != null
        && now.mtimeSeconds() == ours.mtimeSeconds()
        && now.mtimeNanos() == ours.mtimeNanos();
  }

  private Outcome removeEmpty(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    Statx judged = directory.judged;
    // As it was before anything in it was removed.
    if (!isOld(judged, false)) {
      return decided(walker, null, Decision.YOUNG, judged);
    }
    if (entries(directory) != directory.wouldGo) {
      return decided(walker, null, Decision.NOT_EMPTY, judged);
    }
    // Asked again: in very deep trees the lock taken on the way down was let go.
    if (!lock(directory.fd())) {
      return decided(walker, null, Decision.LOCKED, judged);
    }
    return remove(walker, in, directory.name, judged, moved -> isHeld(directory.fd(), moved));
  }

  /** How many there are: what a dry run would have removed is still there. -1 if unknown. */
  private long entries(TreeFrame directory) {
    if (Unistd.lseek(directory.fd(), 0, Unistd.SEEK_SET).failed()) {
      return -1;
    }
    cursor.reset();
    for (long count = 0; ; ) {
      SyscallResult filled = cursor.fill(directory.fd());
      if (filled.failed() || filled.raw() == 0) {
        return filled.ok() ? count : -1;
      }
      while (cursor.next()) {
        count++;
      }
      if (count > directory.wouldGo) {
        return count;
      }
    }
  }

  @Override
  public void close() {
    Quarantines own = quarantine;
    if (own != null) {
      own.close();
    }
  }
}
