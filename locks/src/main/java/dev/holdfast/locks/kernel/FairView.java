package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.LockView;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.event.LockEvents;
import dev.holdfast.locks.event.LockWaitEvent;
import dev.holdfast.locks.process.AbstractLock;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file, granted in the order of asking among those who ask through such a view. Who has
 * its turn waits for the lock itself as the only one of the queue, and leaves the queue when it has
 * it. A waiter that was stopped holds up those behind it.
 */
public final class FairView extends LockView {
  private final LocalLock<?> lock;
  private final Path path;

  FairView(LocalLock<?> lock, Path path) {
    super(lock);
    this.lock = lock;
    this.path = path;
  }

  private TicketQueue.@Nullable Ticket turn(Deadline deadline)
      throws IOException, InterruptedException {
    for (boolean again = false; ; again = true) {
      try {
        return queue().take(deadline);
      } catch (FileSystemException failed) {
        Slots.makeRoomFor(failed, again);
      }
    }
  }

  private TicketQueue queue() throws IOException {
    // Who may lock may queue: the queue gets the permissions of the lock file, which key() made,
    // if that still has the name; else those that are safe with any.
    Key key = lock.key();
    Result<Statx> stat =
        Statx.statx(
            Fcntl.AT_FDCWD, Paths.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    Statx file = stat.orThrow("statx", FileName.shownOf(path));
    boolean same = file.device() == key.device() && file.inode() == key.inode();
    return new TicketQueue(
        path, same ? file.permissions() : NewFile.PRIVATE.permissions(), file.gid());
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    boolean interrupted = Thread.interrupted();
    try (TicketQueue.Ticket turn = turn(Deadline.PAST)) {
      return turn == null ? Optional.empty() : lock.tryAcquire();
    } catch (InterruptedException e) {
      interrupted = true;
      return Optional.empty();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public Held acquire() throws IOException, InterruptedException {
    return AbstractLock.granted(acquire(Deadline.NONE));
  }

  private @Nullable Held acquire(Deadline deadline) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (lock.refuseOrShare()) {
      // Those who wait before us may wait for the end of what we share.
      return lock.acquire(deadline);
    }
    LockWaitEvent event = LockEvents.waits();
    Held held = null;
    try (TicketQueue.Ticket turn = turn(deadline)) {
      held = turn == null ? null : lock.acquire(deadline);
      return held;
    } finally {
      if (event != null) {
        LockEvents.waited(event, name(), kind().word(), mode() == Mode.SHARED, held != null);
      }
    }
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    long start = System.nanoTime();
    if (!timeout.isPositive()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return AbstractLock.outcome(tryAcquire().orElse(null), lock, start);
    }
    return AbstractLock.outcome(acquire(Deadline.after(timeout)), lock, start);
  }

  @Override
  public HostLock shared() {
    return new FairView(lock.shared(), path);
  }

  @Override
  public HostLock exclusive() {
    return new FairView(lock.exclusive(), path);
  }

  @Override
  public HostLock fair() {
    return this;
  }

  @Override
  public String toString() {
    return lock + ", fair";
  }
}
