package dev.holdfast.locks;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file, granted in the order of asking among those who ask through such a view. Who has
 * its turn waits for the lock itself as the only one of the queue, and leaves the queue when it has
 * it. A waiter that was stopped holds up those behind it.
 */
final class FairView extends LockView {
  private final LocalLock<?> lock;
  private final Path path;

  FairView(LocalLock<?> lock, Path path) {
    super(lock);
    this.lock = lock;
    this.path = path;
  }

  private TicketQueue queue() throws IOException {
    // Who may lock may queue: the queue gets the permissions of the lock file, which key() made.
    lock.key();
    Result<Statx> stat =
        Statx.statx(
            Fcntl.AT_FDCWD,
            Paths.bytes(path.toString()),
            Fcntl.AT_SYMLINK_NOFOLLOW,
            Statx.STATX_BASIC_STATS);
    return new TicketQueue(path, stat.orThrow("statx", path.toString()).permissions());
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    boolean interrupted = Thread.interrupted();
    try (TicketQueue.Ticket turn = queue().take(Deadline.PAST)) {
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
    lock.refuse();
    try (TicketQueue.Ticket turn = queue().take(deadline)) {
      return turn == null ? null : lock.acquire(deadline);
    }
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    long start = System.nanoTime();
    return AbstractLock.outcome(acquire(Deadline.after(timeout)), lock, start);
  }

  @Override
  public Lock shared() {
    return new FairView(lock.shared(), path);
  }

  @Override
  public Lock exclusive() {
    return new FairView(lock.exclusive(), path);
  }

  @Override
  public Lock fair() {
    return this;
  }

  @Override
  public String toString() {
    return lock + ", fair";
  }
}
