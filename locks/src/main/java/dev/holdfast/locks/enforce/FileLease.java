package dev.holdfast.locks.enforce;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Leases;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.kernel.HarmlessClose;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.wait.Timers;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A write lease on a file (K06): what enforces today where System V mandatory locks used to. While
 * it is held another process's open of the file does not go on: one with O_NONBLOCK fails, any
 * other waits until the lease is given back.
 *
 * <p><b>Guarantees.</b> {@link Contract#LEASE}: also programs that do not ask for locks are held up
 * (L07), and so is root; but not for ever (L12): after {@code /proc/sys/fs/lease-break-time}
 * seconds the kernel takes the lease away. It can only be had while nobody else has the file open.
 *
 * <p><b>Remaining races.</b> Opens for links, renames and metadata are not held up. Local file
 * systems only. One must own the file, or have CAP_LEASE. This process's own opens break it too.
 *
 * <p><b>Threads.</b> Safe for all. The break is noticed by looking, on a thread of this library.
 *
 * <p><b>Sources.</b> F_SETLEASE(2const).
 */
public final class FileLease implements AutoCloseable {
  private static final long LOOK_MILLIS = 20;

  private final Path path;
  private final OwnedFd file;
  private final Statx stat;
  private final int fd;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final ScheduledFuture<?> looking;
  private volatile @Nullable Runnable onBreak;

  private FileLease(Path path, LockFile opened, int fd) {
    this.path = path;
    this.file = opened.fd();
    this.stat = opened.stat();
    this.fd = fd;
    this.looking = Timers.every(LOOK_MILLIS, TimeUnit.MILLISECONDS, this::look);
  }

  /**
   * Takes the lease if nobody else has the file open; empty if somebody has.
   *
   * @throws java.nio.file.NoSuchFileException if there is no file
   */
  public static Optional<FileLease> tryAcquire(Path path) throws IOException {
    LockFile opened = LockFile.open(path, LockFile.Want.EXISTING, 0);
    boolean kept = false;
    int fd = opened.fd().borrow();
    try {
      // Before the lease: the default signal would end this process.
      Leases.setSignal(fd, Signals.SIGURG).orThrow("fcntl F_SETSIG", FileName.shownOf(path));
      SyscallResult leased = Leases.setlease(fd, Leases.F_WRLCK);
      if (leased.is(Errno.EAGAIN)) {
        return Optional.empty();
      }
      leased.orThrow("fcntl F_SETLEASE", FileName.shownOf(path));
      Optional<FileLease> held = Optional.of(new FileLease(path, opened, fd));
      kept = true;
      return held;
    } finally {
      if (!kept) {
        opened.fd().giveBack();
        opened.closeQuietly();
      }
    }
  }

  /**
   * Has the action run, once, on a virtual thread, when somebody wants the file: it should finish
   * and close this.
   */
  public void onBreak(Runnable action) {
    onBreak = action;
  }

  /** True while nobody wants the file, and the kernel has not taken the lease away. */
  public synchronized boolean isHeld() {
    SyscallResult lease = open.get() ? Leases.getlease(fd) : SyscallResult.failure(Errno.EBADF);
    return lease.ok() && lease.raw() == Leases.F_WRLCK;
  }

  private synchronized void look() {
    Runnable action = onBreak;
    if (action != null && open.get() && !isHeld()) {
      onBreak = null;
      // Not here: it may wait, also for another thread that closes this, or for a time to pass.
      Thread.startVirtualThread(action);
    }
  }

  /** Gives it back: who waits goes on. */
  @Override
  public synchronized void close() throws IOException {
    if (open.compareAndSet(true, false)) {
      looking.cancel(false);
      SyscallResult given = Leases.setlease(fd, Leases.F_UNLCK);
      file.giveBack();
      HarmlessClose.of(file, stat);
      // EINVAL and EAGAIN: the kernel has taken it away already.
      if (given.failed() && !given.is(Errno.EINVAL) && !given.is(Errno.EAGAIN)) {
        given.orThrow("fcntl F_SETLEASE", FileName.shownOf(path));
      }
    }
  }
}
