package dev.holdfast.locks;

import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One of several locks, whichever is free: with n of them, n holders at a time.
 *
 * <pre>{@code
 * List<HostLock> slots =
 *     IntStream.range(0, 4).mapToObj(i -> Locks.of(file).range(i, 1)).toList();
 * try (Held slot = Locks.anyOf(slots).acquire()) { … }
 * }</pre>
 *
 * <p><b>Guarantees.</b> Whoever asks tries all in the order given before it waits, so that who has
 * a free one in its list gets it.
 *
 * <p><b>Remaining races.</b> A wait is for one of them at a time and goes round: that another was
 * let go is noticed within a tenth of a second. There is no order among those who wait.
 *
 * <p><b>Threads.</b> Safe for all; waits are interruptible.
 */
public final class LockChoice {
  private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

  private final List<HostLock> locks;

  LockChoice(Collection<? extends HostLock> locks) {
    if (locks.isEmpty()) {
      throw new IllegalArgumentException("no locks");
    }
    this.locks = List.copyOf(locks);
  }

  /** Those that are chosen from, in their order. */
  public List<HostLock> locks() {
    return locks;
  }

  /** Takes the first that can be had now; empty if all are busy. Never waits. */
  public Optional<Held> tryAcquire() throws IOException {
    for (HostLock lock : locks) {
      Optional<Held> held = lock.tryAcquire();
      if (held.isPresent()) {
        return held;
      }
    }
    return Optional.empty();
  }

  /**
   * Waits for one of them, at most so long; empty if none was granted in time.
   *
   * @throws LockReentryException if this thread holds one of them already, and all are busy
   */
  public Optional<Held> tryAcquire(Duration timeout) throws IOException, InterruptedException {
    return acquire(Deadline.after(timeout));
  }

  /** Waits for one of them, for ever if need be. */
  public Held acquire() throws IOException, InterruptedException {
    return acquire(Deadline.NONE).orElseThrow();
  }

  private Optional<Held> acquire(Deadline deadline) throws IOException, InterruptedException {
    for (int next = 0; ; next = (next + 1) % locks.size()) {
      Optional<Held> now = tryAcquire();
      if (now.isPresent() || deadline.passed()) {
        return now;
      }
      Duration patience = Duration.ofNanos(Math.max(0, deadline.within(PATIENCE).left()));
      if (locks.get(next).attempt(patience) instanceof Outcome.Acquired(Held held)) {
        return Optional.of(held);
      }
    }
  }

  @Override
  public String toString() {
    return "one of " + locks;
  }
}
