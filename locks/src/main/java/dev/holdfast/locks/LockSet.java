package dev.holdfast.locks;

import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Several locks that are acquired together (K11).
 *
 * <p><b>Guarantees.</b> They are taken in the order of {@link Key}, which is the same in every
 * process of the machine, however they are listed: programs that do so cannot deadlock (L02). Names
 * of one lock count once, in the stronger mode. There is one deadline for all, and either all are
 * held or none.
 *
 * <p><b>Remaining races.</b> A program that takes the same locks one by one in another order can
 * still stand in the way for ever. A wait for the second and later ones is therefore broken off
 * from time to time: all are dropped, and taken again after a random pause, so that two do not go
 * on in step (L03).
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class LockSet {
  private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PAUSE_BASE = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long PAUSE_CAP = TimeUnit.MILLISECONDS.toNanos(200);

  private final List<HostLock> locks;

  LockSet(Collection<? extends HostLock> locks) {
    if (locks.isEmpty()) {
      throw new IllegalArgumentException("no locks");
    }
    this.locks = List.copyOf(locks);
  }

  /** What became of a wait for several locks. */
  public sealed interface Result {
    /** All are held now, and must be closed. */
    record Acquired(HeldSet granted) implements Result {
      @Override
      public HeldSet orThrow() {
        return granted;
      }

      @Override
      public Optional<HeldSet> held() {
        return Optional.of(granted);
      }
    }

    /** One was not granted in time; none is held. */
    record TimedOut(Outcome.TimedOut first) implements Result {
      @Override
      public HeldSet orThrow() {
        throw new LockTimeoutException(first);
      }

      @Override
      public Optional<HeldSet> held() {
        return Optional.empty();
      }
    }

    /**
     * What is held, for callers who prefer an exception.
     *
     * @throws LockTimeoutException if nothing is
     */
    HeldSet orThrow();

    /** What is held; empty if not all were granted in time. */
    Optional<HeldSet> held();
  }

  /** The locks in their order, each once. */
  public List<HostLock> inOrder() throws IOException {
    return List.copyOf(sorted().values());
  }

  private Map<Key, HostLock> sorted() throws IOException {
    Map<Key, HostLock> sorted = new TreeMap<>();
    for (HostLock lock : locks) {
      Key key = lock.key();
      HostLock there = sorted.get(key);
      if (there == null || there.mode() != there.mode().stronger(lock.mode())) {
        sorted.put(key, lock);
      }
    }
    refuseOverlaps(sorted);
    return sorted;
  }

  /** Two ranges that overlap are two locks to the kernel: one would wait for the other for ever. */
  private static void refuseOverlaps(Map<Key, HostLock> sorted) {
    List<Map.Entry<Key, HostLock>> all = List.copyOf(sorted.entrySet());
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        Mode stronger = all.get(i).getValue().mode().stronger(all.get(j).getValue().mode());
        if (stronger == Mode.EXCLUSIVE && all.get(i).getKey().overlaps(all.get(j).getKey())) {
          throw new IllegalArgumentException(
              all.get(i).getKey() + " and " + all.get(j).getKey() + " overlap");
        }
      }
    }
  }

  /** Takes all if that is possible now; empty if one is busy. Never waits. */
  public Optional<HeldSet> tryAcquire() throws IOException {
    List<Held> held = new ArrayList<>();
    boolean all = false;
    try {
      for (HostLock lock : sorted().values()) {
        Optional<Held> one = lock.tryAcquire();
        if (one.isEmpty()) {
          return Optional.empty();
        }
        held.add(one.get());
      }
      Optional<HeldSet> acquired = Optional.of(new HeldSet(held));
      all = true;
      return acquired;
    } finally {
      if (!all) {
        HeldSet.closeAll(held);
      }
    }
  }

  /**
   * Waits for all, at most so long together; empty if not all were granted in time. A time of zero
   * or less is {@link #tryAcquire()}.
   */
  public Optional<HeldSet> tryAcquire(Duration timeout) throws IOException, InterruptedException {
    return attempt(timeout).held();
  }

  /** Waits for all, for ever if need be. */
  public HeldSet acquire() throws IOException, InterruptedException {
    return attempt(Deadline.NONE).orThrow();
  }

  /**
   * Waits for all, at most so long together.
   *
   * @throws LockTimeoutException if not all were granted in time; {@link #attempt} has it as a
   *     value
   */
  public HeldSet acquire(Duration timeout) throws IOException, InterruptedException {
    return attempt(timeout).orThrow();
  }

  /** Waits for all, at most so long together. The time-out is a value. */
  public Result attempt(Duration timeout) throws IOException, InterruptedException {
    return attempt(Deadline.after(timeout));
  }

  private Result attempt(Deadline deadline) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Backoff pause = new Backoff(PAUSE_BASE, PAUSE_CAP);
    for (long patience = PATIENCE; ; patience = Math.min(patience * 2, PATIENCE << 6)) {
      List<Held> held = new ArrayList<>();
      boolean all = false;
      Outcome.@Nullable TimedOut failed;
      try {
        failed = takeAll(sorted(), held, deadline, patience);
        if (failed == null) {
          Result acquired = new Result.Acquired(new HeldSet(held));
          all = true;
          return acquired;
        }
      } finally {
        if (!all) {
          HeldSet.closeAll(held);
        }
      }
      if (deadline.passed() || !pause.pause(deadline)) {
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        return new Result.TimedOut(new Outcome.TimedOut(failed.lock(), waited, failed.holders()));
      }
    }
  }

  /** Takes one after the other; answers the first that could not be had. */
  private static Outcome.@Nullable TimedOut takeAll(
      Map<Key, HostLock> sorted, List<Held> held, Deadline deadline, long patience)
      throws IOException, InterruptedException {
    try {
      return takeEach(sorted, held, deadline, patience);
    } finally {
      LockOrder.together(false);
    }
  }

  private static Outcome.@Nullable TimedOut takeEach(
      Map<Key, HostLock> sorted, List<Held> held, Deadline deadline, long patience)
      throws IOException, InterruptedException {
    for (HostLock lock : sorted.values()) {
      // A set that holds nothing yet blocks nobody, and may wait as long as it likes. What the
      // thread held before counts for the first of the set; for the others the set steps back.
      Deadline limit = held.isEmpty() ? deadline : deadline.within(patience);
      LockOrder.together(!held.isEmpty());
      long left = Math.max(0, limit.left());
      Outcome outcome = lock.attempt(Duration.ofNanos(left));
      // Not by a switch: linking one takes a start some milliseconds.
      if (outcome instanceof Outcome.TimedOut late) {
        return late;
      }
      outcome.held().ifPresent(held::add);
    }
    return null;
  }

  @Override
  public String toString() {
    return locks.toString();
  }
}
