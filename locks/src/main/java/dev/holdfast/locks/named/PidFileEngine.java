package dev.holdfast.locks.named;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Leases;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.kernel.Sidecar;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.Engine;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.Watch;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A PID file that is flocked for as long as its process lives: see {@link PidFile}. */
final class PidFileEngine implements Engine {
  private static final int PERMISSIONS = 0644;

  private final NamedFile file;
  private final Key key;
  private final String path;

  /** Open while it is claimed or waited for. */
  private volatile @Nullable LockFile opened;

  PidFileEngine(NamedFile file) {
    this.file = file;
    this.key = file.key(PidFile.KIND);
    this.path = FileName.shownOf(file.path);
  }

  boolean inPlace() throws IOException {
    return file.inPlace();
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
        if (!lock.isAt(file.path)) {
          // Its last holder removed it between our open and our lock.
          continue;
        }
        PidFileContents contents = contents(use.fd());
        kept = contents.mayBeTakenOver();
        if (kept) {
          contents.write(record(Self.record()));
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
      try (FoundFile found = file.read()) {
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

  private PidFileContents contents(int fd) {
    return new PidFileContents(fd, path);
  }

  private HolderRecord record(HolderRecord holder) {
    return holder.withFlock(file.flockProves());
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
          if (lock.isAt(file.path)) {
            contents(use.fd()).write(record(Self.record(pid)));
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
    if (!lock.isAt(file.path)) {
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
   * Where the program that had the lock has ended, and what it left running has it now: the number,
   * and what is kept beside it, are that one's. Whoever wrote its own number knows better.
   */
  private void nameHeir(LockFile lock) throws IOException {
    try (OwnedFd.Use use = lock.fd().use()) {
      List<Integer> heirs = new ArrayList<>(KernelLocks.inheritors(use.fd()));
      heirs.remove(Integer.valueOf(Unistd.getpid()));
      PidFileContents contents = contents(use.fd());
      int said = contents.number();
      if (heirs.contains(said)) {
        contents.writeBeside(record(Self.record(said)));
      } else if (!heirs.isEmpty() && said > 0 && said == contents.recorded()) {
        // The oldest: the others are its children.
        heirs.sort(Comparator.comparingLong(PidFileEngine::startOrLast));
        contents.replace(record(Self.record(heirs.getFirst())));
      }
    }
  }

  private static long startOrLast(int pid) {
    Long start = Self.startTicks(pid);
    return start == null ? Long.MAX_VALUE : start;
  }

  @Override
  public void release() throws IOException {
    LockFile lock = opened;
    opened = null;
    if (lock == null) {
      return;
    }
    try (OwnedFd.Use use = lock.fd().use()) {
      if (contents(use.fd()).areAnothers()) {
        return;
      }
      NamedFile.Identity mine = NamedFile.Identity.of(lock.stat());
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
    return Sidecar.of(file.path).token(PidFile.KIND.word(), mode);
  }

  @Override
  public void check(Mode mode) throws IOException {
    LockFile lock = opened;
    if (lock == null || !lock.isAt(file.path)) {
      throw new LockLostException(path, "the PID file is gone or was replaced");
    }
  }

  @Override
  public List<Holder> holders() throws IOException {
    try (FoundFile found = file.read()) {
      if (found == null || found.contents().length == 0) {
        return List.of();
      }
      return found.holders(file);
    }
  }

  @Override
  public void dispose() {
    file.close();
  }
}
