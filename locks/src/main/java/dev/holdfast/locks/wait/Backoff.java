package dev.holdfast.locks.wait;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Waiting between two tries: a random time below a bound that doubles. Two that collide do not
 * collide again in step, which is what makes a livelock (L03).
 */
public final class Backoff {
  private final long base;
  private final long cap;
  private int tries;

  public Backoff(long baseNanos, long capNanos) {
    this.base = baseNanos;
    this.cap = capNanos;
  }

  /** The next random time. */
  public long nextNanos() {
    long bound = Math.min(cap, base << Math.min(tries++, 30));
    return ThreadLocalRandom.current().nextLong(1, bound + 1);
  }

  /**
   * Waits.
   *
   * @return false if the deadline has passed
   */
  public boolean pause(Deadline deadline) throws InterruptedException {
    long until = System.nanoTime() + Math.min(nextNanos(), Math.max(0, deadline.left()));
    for (; ; ) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long left = until - System.nanoTime();
      if (left <= 0) {
        return !deadline.passed();
      }
      LockSupport.parkNanos(this, left);
    }
  }
}
