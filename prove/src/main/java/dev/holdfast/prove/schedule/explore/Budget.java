package dev.holdfast.prove.schedule.explore;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * The time there is, and the shares of it that ways of exploring have.
 *
 * <p>Threads: safe for all.
 */
final class Budget {
  /** All of it, in percent. */
  static final int END = 100;

  private final long begun = System.nanoTime();
  private final Duration all;
  private final BooleanSupplier cancelled;

  Budget(Duration all, BooleanSupplier cancelled) {
    this.all = all;
    this.cancelled = cancelled;
  }

  boolean isCancelled() {
    return cancelled.getAsBoolean();
  }

  /** Whether so much of it is over, or nobody wants to know any more. */
  boolean isOver(int percent) {
    return isCancelled() || System.nanoTime() - begun > share(percent);
  }

  /** Whether so much of it has passed since some moment. */
  boolean isOver(int percent, long since) {
    return System.nanoTime() - since > share(percent);
  }

  private long share(int percent) {
    return all.toNanos() / END * percent;
  }
}
