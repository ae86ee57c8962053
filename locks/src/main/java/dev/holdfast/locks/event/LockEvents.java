package dev.holdfast.locks.event;

import org.jspecify.annotations.Nullable;

/**
 * Tells JDK Flight Recorder of locks, if somebody records and the run-time image has it. A request
 * that nobody records costs a look at a flag.
 *
 * <p>Threads: any.
 */
@SuppressWarnings("exports") // only our own modules use it
public final class LockEvents {
  private static final boolean RECORDABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private LockEvents() {}

  /** A request begins; null if nobody records. */
  public static @Nullable LockWaitEvent waits() {
    if (!RECORDABLE) {
      return null;
    }
    LockWaitEvent event = new LockWaitEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  /** A request ended. */
  public static void waited(
      LockWaitEvent event, String lock, String kind, boolean shared, boolean granted) {
    event.end();
    if (event.shouldCommit()) {
      event.lock = lock;
      event.kind = kind;
      event.shared = shared;
      event.granted = granted;
      event.commit();
    }
  }

  /** A lock was granted; null if nobody records. */
  public static @Nullable LockHoldEvent holds() {
    if (!RECORDABLE) {
      return null;
    }
    LockHoldEvent event = new LockHoldEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  /** A lock was let go. */
  public static void held(LockHoldEvent event, String lock, String kind, boolean shared) {
    event.end();
    if (event.shouldCommit()) {
      event.lock = lock;
      event.kind = kind;
      event.shared = shared;
      event.commit();
    }
  }

  /** A request was refused. */
  public static void refused(@Nullable String why) {
    if (RECORDABLE) {
      LockRefusedEvent event = new LockRefusedEvent();
      event.why = String.valueOf(why);
      event.commit();
    }
  }
}
