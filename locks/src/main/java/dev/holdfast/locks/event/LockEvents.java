package dev.holdfast.locks.event;

import jdk.jfr.FlightRecorder;
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

  /**
   * Before somebody records for the first time no class of an event is touched: its first use makes
   * the recorder, which takes longer than all else that a short program does.
   */
  private static boolean mayBeRecorded() {
    return RECORDABLE && FlightRecorder.isInitialized();
  }

  // Nothing here may take one class of events for another: without a recorder there is none of
  // them.

  /** A request begins; null if nobody records. */
  public static @Nullable LockWaitEvent waits() {
    if (!mayBeRecorded()) {
      return null;
    }
    LockWaitEvent event = new LockWaitEvent();
    return event.isBegun() ? event : null;
  }

  /** A request ended. */
  public static void waited(
      LockWaitEvent event, String lock, String kind, boolean shared, boolean granted) {
    event.granted = granted;
    event.tell(lock, kind, shared);
  }

  /** A lock was granted; null if nobody records. */
  public static @Nullable LockHoldEvent holds() {
    if (!mayBeRecorded()) {
      return null;
    }
    LockHoldEvent event = new LockHoldEvent();
    return event.isBegun() ? event : null;
  }

  /** A lock was let go. */
  public static void held(LockHoldEvent event, String lock, String kind, boolean shared) {
    event.tell(lock, kind, shared);
  }

  /** A request was refused. */
  public static void refused(@Nullable String why) {
    if (mayBeRecorded()) {
      LockRefusedEvent event = new LockRefusedEvent();
      event.why = String.valueOf(why);
      event.commit();
    }
  }
}
