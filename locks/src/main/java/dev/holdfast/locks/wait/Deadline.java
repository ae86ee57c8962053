package dev.holdfast.locks.wait;

import java.time.Duration;

/** The moment at which a wait gives up, on {@link System#nanoTime}. */
public final class Deadline {
  public static final Deadline NONE = new Deadline(false, 0);
  public static final Deadline PAST = new Deadline(true, System.nanoTime());

  private final boolean limited;
  private final long at;

  private Deadline(boolean limited, long at) {
    this.limited = limited;
    this.at = at;
  }

  public static Deadline after(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      return PAST;
    }
    long nanos;
    try {
      nanos = timeout.toNanos();
    } catch (ArithmeticException longerThanAnyWait) {
      return NONE;
    }
    // Differences of nanoTime are only meaningful below 2^63.
    return nanos > Long.MAX_VALUE / 2 ? NONE : new Deadline(true, System.nanoTime() + nanos);
  }

  /** The earlier of this one and {@code nanos} from now. */
  public Deadline within(long nanos) {
    long then = System.nanoTime() + nanos;
    return limited && at - then < 0 ? this : new Deadline(true, then);
  }

  public boolean limited() {
    return limited;
  }

  /** Nanoseconds left; at most 0 when it has passed. */
  public long left() {
    return limited ? at - System.nanoTime() : Long.MAX_VALUE / 2;
  }

  public boolean passed() {
    return limited && left() <= 0;
  }
}
