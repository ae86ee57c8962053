package dev.holdfast.locks.descriptor;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;

/**
 * A lock on a descriptor that somebody else opened, such as a shell: {@code exec 9>file; flock 9}.
 * It belongs to the open file description, so whoever has a copy of the descriptor has the lock,
 * also after this process has ended: hence no {@link dev.holdfast.locks.Held}.
 *
 * <p><b>Guarantees.</b> It excludes what locks of its kind exclude, {@link Kinds#OFD} or {@link
 * Kinds#FLOCK}, for as long as some process has the description open.
 *
 * <p><b>Remaining races.</b> Nobody looks whether a name leads to the file: who opened it has to.
 *
 * <p><b>Threads.</b> Safe for all; waits are interruptible. Locks of one description are one lock:
 * threads do not exclude each other.
 *
 * <p><b>Sources.</b> flock(2), F_OFD_SETLK(2const).
 */
public final class DescriptorLock {
  private static final long POLL_BASE = 200_000;
  private static final long POLL_CAP = 20_000_000;

  private final int fd;
  private final boolean flock;

  private DescriptorLock(int fd, boolean flock) {
    this.fd = fd;
    this.flock = flock;
  }

  /**
   * The lock on an open descriptor.
   *
   * @param fd stays the caller's
   * @param kind {@link Kinds#OFD} or {@link Kinds#FLOCK}
   */
  public static DescriptorLock of(int fd, Kind kind) {
    if (!kind.equals(Kinds.OFD) && !kind.equals(Kinds.FLOCK)) {
      throw new IllegalArgumentException(
          kind.titleWithArticle() + " is not on a descriptor: ofd and flock are");
    }
    return new DescriptorLock(fd, kind.equals(Kinds.FLOCK));
  }

  private SyscallResult set(Mode mode, boolean wait) {
    if (flock) {
      int operation = mode == Mode.SHARED ? FileLocks.LOCK_SH : FileLocks.LOCK_EX;
      return FileLocks.flock(fd, wait ? operation : operation | FileLocks.LOCK_NB);
    }
    int type = mode == Mode.SHARED ? FileLocks.F_RDLCK : FileLocks.F_WRLCK;
    int operation = wait ? FileLocks.F_OFD_SETLKW : FileLocks.F_OFD_SETLK;
    return FileLocks.setlk(fd, operation, type, 0, 0);
  }

  private boolean granted(SyscallResult result, Mode mode) throws IOException {
    if (result.is(Errno.EAGAIN) || result.is(Errno.EACCES) || result.is(Errno.EINTR)) {
      return false;
    }
    if (result.is(Errno.EBADF) && !flock && Statx.fstat(fd).ok()) {
      throw new FileSystemException(
          name(),
          null,
          mode == Mode.SHARED
              ? "is not open for reading: a shared record lock needs that (EBADF)"
              : "is not open for writing: an exclusive record lock needs that (EBADF); a flock does"
                  + " not");
    }
    result.orThrow(flock ? "flock" : "fcntl F_OFD_SETLK", name());
    return true;
  }

  /** For people. */
  public String name() {
    return "descriptor " + fd;
  }

  /**
   * Waits for it. A description that has it already changes its mode.
   *
   * @return false if the deadline passed
   */
  public boolean acquire(Mode mode, Deadline deadline) throws IOException, InterruptedException {
    Backoff backoff = new Backoff(POLL_BASE, POLL_CAP);
    for (; ; ) {
      if (granted(set(mode, false), mode)) {
        return true;
      }
      if (deadline.passed()) {
        return false;
      }
      SyscallResult waited =
          KernelWait.available() ? KernelWait.await(() -> set(mode, true), deadline) : null;
      // The kernel's notion of a deadlock counts processes, not threads: a hint, no verdict.
      boolean hint = waited != null && waited.is(Errno.EDEADLK);
      if (waited != null && !hint && granted(waited, mode)) {
        return true;
      }
      if (waited == null || hint) {
        backoff.pause(deadline);
      }
    }
  }

  /** Lets go of it, for everybody who has the description. */
  public void release() throws IOException {
    SyscallResult released =
        flock
            ? FileLocks.flock(fd, FileLocks.LOCK_UN)
            : FileLocks.setlk(fd, FileLocks.F_OFD_SETLK, FileLocks.F_UNLCK, 0, 0);
    released.orThrow(flock ? "flock" : "fcntl F_OFD_SETLK", name());
  }

  /** Who holds locks of this kind on the file. */
  public List<Holder> holders() throws IOException {
    Statx stat = Statx.fstat(fd).orThrow("fstat", name());
    Kind kind = flock ? Kinds.FLOCK : Kinds.OFD;
    return KernelLocks.holders(
        stat,
        flock ? KernelLocks.Family.FLOCK : KernelLocks.Family.RECORD,
        Key.ofFile(kind, stat.device(), stat.inode(), 0, 0));
  }
}
