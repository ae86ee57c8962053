package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Call;
import java.time.Duration;

/**
 * The clock that a program has set to be woken or interrupted by: alarm(2), setitimer(2), and
 * timers of their own. It is known from the calls that set it.
 *
 * <p>Threads: the tracer's.
 */
final class Alarm {
  private static final int ABSOLUTE = 1;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MICRO = 1_000;

  /** How long after it was set it comes; 0 if it is not set. */
  private long nanos;

  private boolean again;

  /** A program is about to make a call. */
  void look(Call call) {
    switch (call.sysno()) {
      case ALARM -> set(call.arg(0) * SECOND, false);
      case SETITIMER ->
          set(
              call.word(1, 16) * SECOND + call.word(1, 24) * MICRO,
              call.word(1, 0) + call.word(1, 8) > 0);
      case TIMER_SETTIME, TIMERFD_SETTIME -> {
        boolean isSet = call.word(2, 16) + call.word(2, 24) > 0;
        // Until when is not the same as how long: it is waited for.
        boolean until = (call.intArg(1) & ABSOLUTE) != 0;
        set(
            !isSet ? 0 : until ? 1 : call.word(2, 16) * SECOND + call.word(2, 24),
            call.word(2, 0) + call.word(2, 8) > 0);
      }
      default -> {}
    }
  }

  private void set(long after, boolean again) {
    this.nanos = after;
    this.again = again;
  }

  /** Whether it is still to come. */
  boolean isSet() {
    return nanos > 0;
  }

  /** Whether it comes within this time of when it was set. */
  boolean isWithin(Duration time) {
    return isSet() && nanos <= time.toNanos();
  }

  /** The program was woken, by the clock or by something else. */
  void came() {
    if (!again) {
      nanos = 0;
    }
  }
}
