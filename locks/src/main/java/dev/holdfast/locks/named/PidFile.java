package dev.holdfast.locks.named;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Leases;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.kernel.Sidecar;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.Engine;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.ScopeRules;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.Watch;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The PID file of a daemon (K07), by the Filesystem Hierarchy Standard {@code /run/NAME.pid}: the
 * process number in decimal and a newline, as everybody reads it, and the right to be the only
 * instance (L11).
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: what excludes is a flock on the file for as
 * long as the process lives, as pidfile(3) takes it; the number is information. A file that was
 * left by a crash is taken over, whatever number it has and whoever has that number now. A file
 * with a number that a program wrote without a flock is respected, since nobody can tell whether it
 * is in use.
 *
 * <p><b>Remaining races.</b> It is removed on release, while it is locked, and every acquisition
 * looks whether the name still leads to what it locked; a program that flocks without looking again
 * can lock a file that has just been removed. {@link Held#ensureValid} tells when that happened to
 * us. Of a program that is started with the lock, the number is written once it has one; until then
 * a lease keeps the file from being opened, but where there are no leases (most network file
 * systems, a file of another owner) a very early reader can see our number.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> Filesystem Hierarchy Standard 3.0, 3.15 {@code /run}; pidfile(3).
 */
public final class PidFile extends LocalLock<PidFile> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("pid", "PID file", 5, ScopeRules::oneHost) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new PidFile(path);
        }

        @Override
        public HostLock named(String name) throws IOException {
          return name.indexOf('/') < 0 ? daemon(name) : at(FileName.pathOf(name));
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);
  private static final byte[] RECORD = Paths.bytes("user.holdfast.holder");
  private static final int PERMISSIONS = 0644;

  private final Path path;

  private static PidFile daemon(String name) {
    if (name.isEmpty() || name.startsWith(".")) {
      throw new IllegalArgumentException("not a name for a daemon: " + name);
    }
    if (name.endsWith(".pid")) {
      throw new IllegalArgumentException(
          "a name without a slash is that of a daemon, and its file would be /run/"
              + name
              + ".pid: leave the .pid out, or write ./"
              + name
              + " for a file here");
    }
    return new PidFile(FileName.pathOf("/run/" + name + ".pid"));
  }

  PidFile(Path path) {
    super(FileName.shownOf(path), Mode.EXCLUSIVE);
    this.path = Paths.requireDefault(path);
  }

  /** The PID file. */
  public Path path() {
    return path;
  }

  @Override
  protected PidFile withMode(Mode mode) {
    return this;
  }

  @Override
  public Kind kind() {
    return KIND;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  protected Slot resolve() throws IOException {
    return Slots.of(new PidEngine(NamedFile.forLock(KIND, path)));
  }

  @Override
  protected boolean leadsTo(Slot slot) throws IOException {
    return ((PidEngine) slot.engine).file.inPlace();
  }

  private static final class PidEngine implements Engine {
    private final NamedFile file;
    private final Key key;
    private final String path;

    /** Open while it is claimed or waited for. */
    private volatile @Nullable LockFile opened;

    PidEngine(NamedFile file) {
      this.file = file;
      this.key = file.key(KIND);
      this.path = FileName.shownOf(file.path);
    }

    @Override
    public Key key() {
      return key;
    }

    @Override
    public String name() {
      return path;
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      for (; ; ) {
        LockFile lock = open();
        if (lock == null) {
          return false;
        }
        boolean kept = false;
        try (OwnedFd.Use use = lock.fd().use()) {
          SyscallResult result = FileLocks.flock(use.fd(), FileLocks.LOCK_EX | FileLocks.LOCK_NB);
          if (result.is(Errno.EAGAIN)) {
            return false;
          }
          result.orThrow("flock", path);
          if (!LockFile.leads(file.path, lock.stat().device(), lock.stat().inode())) {
            // Its last holder removed it between our open and our lock.
            continue;
          }
          kept = mayTakeOver(use.fd()) && occupy(use.fd());
          if (kept) {
            opened = lock;
          }
          return kept;
        } finally {
          if (!kept) {
            lock.closeQuietly();
          }
        }
      }
    }

    /**
     * Opens the file.
     *
     * @return null if it is another user's, and held; or if its holder is just starting a program
     */
    private @Nullable LockFile open() throws IOException {
      try {
        return LockFile.open(file.path, LockFile.Want.WRITABLE, PERMISSIONS);
      } catch (LockFile.LeasedException starting) {
        return null;
      } catch (AccessDeniedException notOurs) {
        try (NamedFile.Found found = file.read()) {
          if (found != null && found.pin() != null && !found.flockIsFree()) {
            return null;
          }
        }
        throw new AccessDeniedException(
            path,
            null,
            "Permission denied (EACCES): a PID file is its owner's, who alone can take it over");
      }
    }

    /**
     * With the flock held: true if the file is empty, or was left by one who had the flock too.
     *
     * <p>A daemon may have written another number than the one beside the file. Where the file
     * system keeps nothing beside a file, the number alone is judged: it is nobody's, or that of a
     * process that started after the file was written.
     */
    private static boolean mayTakeOver(int fd) throws IOException {
      SyscallResult first = Unistd.pread(fd, new byte[1], 0, 1, 0);
      if (first.failed() || first.raw() == 0) {
        return first.ok();
      }
      Result<byte[]> beside = Xattr.fgetxattr(fd, RECORD);
      int said = numberIn(fd);
      if (beside.failed()) {
        return beside.is(Errno.EOPNOTSUPP) && isNobody(said, fd);
      }
      HolderRecord record = HolderRecord.parse(beside.value());
      return record != null && (record.pid() == said || isNobody(said, fd));
    }

    /** True if the number belongs to no process, or to one that the file cannot mean. */
    private static boolean isNobody(int pid, int fd) throws IOException {
      if (pid <= 0) {
        return false;
      }
      Result<Statx> stat = Statx.fstat(fd);
      return Recovery.hasEnded(pid) || (stat.ok() && Recovery.startedAfter(pid, stat.value()));
    }

    private boolean occupy(int fd) throws IOException {
      return write(fd, record(Self.record()));
    }

    private HolderRecord record(HolderRecord holder) {
      return holder.withFlock(file.flockProves());
    }

    private boolean write(int fd, HolderRecord record) throws IOException {
      byte[] contents = (record.pid() + "\n").getBytes(US_ASCII);
      // Emptied first: if we end before the number is written, the next one may take it over. A
      // number beside the record of another holder would be respected for ever.
      Unistd.ftruncate(fd, 0).orThrow("ftruncate", path);
      Xattr.fsetxattr(fd, RECORD, record.toBytes(), 0);
      SyscallResult written = Unistd.pwrite(fd, contents, 0, contents.length, 0);
      if (written.orThrow("write", path) != contents.length) {
        throw SyscallExceptions.of(Errno.ENOSPC, "write", path);
      }
      return true;
    }

    @Override
    public boolean claim(Mode mode, Deadline deadline) throws IOException, InterruptedException {
      Backoff backoff = new Backoff(500_000, 20_000_000);
      while (!tryClaim(mode)) {
        if (deadline.passed()) {
          return false;
        }
        if (!waitForFlock(deadline)) {
          // Nobody has the flock, and yet it is not ours to take.
          backoff.pause(deadline);
        }
      }
      return true;
    }

    /** Waits until whoever has the flock lets go; false if it need not have waited. */
    private boolean waitForFlock(Deadline deadline) throws IOException, InterruptedException {
      LockFile lock = KernelWait.available() ? open() : null;
      if (lock == null) {
        return false;
      }
      try (OwnedFd owned = lock.fd();
          OwnedFd.Use use = owned.use()) {
        SyscallResult now = FileLocks.flock(use.fd(), FileLocks.LOCK_SH | FileLocks.LOCK_NB);
        if (!now.is(Errno.EAGAIN)) {
          return false;
        }
        KernelWait.await(() -> FileLocks.flock(use.fd(), FileLocks.LOCK_SH), deadline);
        return true;
      }
    }

    @Override
    public boolean passOn(boolean on) throws IOException {
      LockFile lock = opened;
      if (lock == null) {
        return false;
      }
      try (OwnedFd.Use use = lock.fd().use()) {
        Fcntl.fcntl(use.fd(), Fcntl.F_SETFD, on ? 0 : Fcntl.FD_CLOEXEC)
            .orThrow("fcntl F_SETFD", path);
        return true;
      }
    }

    @Override
    public int inheritable() {
      LockFile lock = opened;
      if (lock == null) {
        return -1;
      }
      try (OwnedFd.Use use = lock.fd().use()) {
        return use.fd();
      } catch (IOException closed) {
        return -1;
      }
    }

    /** A daemon that looks at once into its file sees its own number: its open waits for us. */
    @Override
    public void holderIsToCome() throws IOException {
      LockFile lock = opened;
      if (lock != null) {
        try (OwnedFd.Use use = lock.fd().use()) {
          // Before the lease: the default signal would end this process.
          if (Leases.setSignal(use.fd(), Signals.SIGURG).ok()) {
            // Where there are none, or others have it open, it can see the number before its own.
            Leases.setlease(use.fd(), Leases.F_WRLCK);
          }
        }
      }
    }

    /** The number that everybody signals is that of the daemon, not of who started it. */
    @Override
    public void holderIs(int pid) throws IOException {
      LockFile lock = opened;
      if (lock != null) {
        try (OwnedFd.Use use = lock.fd().use()) {
          try {
            if (LockFile.leads(file.path, lock.stat().device(), lock.stat().inode())) {
              write(use.fd(), record(Self.record(pid)));
            }
          } finally {
            Leases.setlease(use.fd(), Leases.F_UNLCK);
          }
        }
      }
    }

    @Override
    public boolean leaveToHeirs() throws IOException {
      LockFile lock = opened;
      if (lock == null) {
        return false;
      }
      if (!LockFile.leads(file.path, lock.stat().device(), lock.stat().inode())) {
        release();
        return false;
      }
      nameHeir(lock);
      LockFile again = LockFile.open(file.path, LockFile.Want.WRITABLE, PERMISSIONS);
      try {
        opened = null;
        lock.closeQuietly();
        try (OwnedFd.Use use = again.fd().use()) {
          // Whoever inherited it has it still; or the next one has it by now.
          if (FileLocks.flock(use.fd(), FileLocks.LOCK_EX | FileLocks.LOCK_NB).ok()) {
            opened = again;
          }
        }
        if (opened != null) {
          release();
        }
        return false;
      } finally {
        again.closeQuietly();
      }
    }

    /**
     * Where the program that had the lock has ended, and what it left running has it now: the
     * number, and what is kept beside it, are that one's. Whoever wrote its own number knows
     * better.
     */
    private void nameHeir(LockFile lock) throws IOException {
      try (OwnedFd.Use use = lock.fd().use()) {
        List<Integer> heirs = new ArrayList<>(KernelLocks.inheritors(use.fd()));
        heirs.remove(Integer.valueOf(Unistd.getpid()));
        int said = numberIn(use.fd());
        if (heirs.contains(said)) {
          Xattr.fsetxattr(use.fd(), RECORD, record(Self.record(said)).toBytes(), 0);
        } else if (!heirs.isEmpty() && said > 0 && said == recordedIn(use.fd())) {
          // The oldest: the others are its children.
          heirs.sort(Comparator.comparingLong(PidEngine::startOrLast));
          HolderRecord heir = record(Self.record(heirs.getFirst()));
          byte[] contents = (heir.pid() + "\n").getBytes(US_ASCII);
          Xattr.fsetxattr(use.fd(), RECORD, heir.toBytes(), 0);
          // Never empty: somebody may be reading it.
          Unistd.pwrite(use.fd(), contents, 0, contents.length, 0).orThrow("write", path);
          Unistd.ftruncate(use.fd(), contents.length).orThrow("ftruncate", path);
        }
      }
    }

    private static long startOrLast(int pid) {
      Long start = Self.startTicks(pid);
      return start == null ? Long.MAX_VALUE : start;
    }

    private static int numberIn(int fd) {
      byte[] contents = new byte[32];
      SyscallResult length = Unistd.pread(fd, contents, 0, contents.length, 0);
      return length.failed()
          ? -1
          : NamedFileEngine.pidIn(Arrays.copyOf(contents, length.intValue()));
    }

    /** The number of the last one that had the flock and said so; -1 if that is not known. */
    private static int recordedIn(int fd) {
      Result<byte[]> beside = Xattr.fgetxattr(fd, RECORD);
      HolderRecord record = beside.ok() ? HolderRecord.parse(beside.value()) : null;
      return record == null ? -1 : record.pid();
    }

    /**
     * True if the file has the number of a running program that we did not write: a daemon that
     * closed the descriptors that it was given, the lock among them, says in this way that it is
     * there.
     */
    private static boolean isAnothers(int fd) throws IOException {
      int said = numberIn(fd);
      int recorded = recordedIn(fd);
      return recorded > 0
          && said > 0
          && said != recorded
          && said != Unistd.getpid()
          && !isNobody(said, fd);
    }

    @Override
    public void release() throws IOException {
      LockFile lock = opened;
      opened = null;
      if (lock == null) {
        return;
      }
      try (OwnedFd.Use use = lock.fd().use()) {
        if (isAnothers(use.fd())) {
          return;
        }
        NamedFile.Identity mine = new NamedFile.Identity(lock.stat().device(), lock.stat().inode());
        if (!file.takeAway(mine)) {
          throw new LockLostException(path, "the PID file is gone or was replaced");
        }
      } finally {
        lock.closeQuietly();
      }
    }

    @Override
    public Watch watch(Runnable hint) {
      return file.watch(hint);
    }

    @Override
    public boolean releaseTells() {
      return true;
    }

    @Override
    public long token(Mode mode) throws IOException {
      return Sidecar.of(file.path).token(KIND.word(), mode);
    }

    @Override
    public void check(Mode mode) throws IOException {
      LockFile lock = opened;
      if (lock == null || !LockFile.leads(file.path, lock.stat().device(), lock.stat().inode())) {
        throw new LockLostException(path, "the PID file is gone or was replaced");
      }
    }

    @Override
    public List<Holder> holders() throws IOException {
      try (NamedFile.Found found = file.read()) {
        if (found == null || found.contents().length == 0) {
          return List.of();
        }
        return NamedFileEngine.holders(file, found);
      }
    }

    @Override
    public void dispose() {
      file.close();
    }
  }
}
