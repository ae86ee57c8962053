package dev.holdfast.locks;

import dev.holdfast.locks.event.LockEvents;

/**
 * A thread that holds a lock asked, waiting, for another one, and the opposite order was seen
 * before: two threads that do so at one time wait for each other for ever. Keep to one order, take
 * both at once with {@link Locks#all}, or use {@link HostLock#tryAcquire}. See {@link LockOrder}.
 */
public final class LockOrderException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Against the order of {@link Key}, where that is the rule. */
  LockOrderException(String held, Place first, String wanted, Place second) {
    super(
        wanted
            + " comes before "
            + held
            + " in the order of locks: "
            + asked(held, first, wanted, second)
            + "; acquire both with Locks.all");
    LockEvents.refused(getMessage());
  }

  /** Against an order that was seen. */
  LockOrderException(
      String held,
      Place first,
      String wanted,
      Place second,
      String earlierHeld,
      Place earlierFirst,
      String earlierWanted,
      Place earlierSecond) {
    super(
        asked(held, first, wanted, second)
            + "; before, the other way round, "
            + asked(earlierHeld, earlierFirst, earlierWanted, earlierSecond)
            + ": together they can deadlock; keep to one order, or acquire both with Locks.all");
    LockEvents.refused(getMessage());
  }

  private static String asked(String held, Place first, String wanted, Place second) {
    return held + " was acquired at " + first + ", and " + wanted + " was asked for at " + second;
  }
}
