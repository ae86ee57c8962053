package dev.holdfast.locks;

import java.io.IOException;

/** Only from the calls that promise a {@link Held}: the lock was not granted in time. */
public final class LockTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Outcome.TimedOut outcome;

  LockTimeoutException(Outcome.TimedOut outcome) {
    super(outcome.toString());
    this.outcome = outcome;
  }

  /** What was waited for, and who held it. */
  public Outcome.TimedOut outcome() {
    return outcome;
  }
}
