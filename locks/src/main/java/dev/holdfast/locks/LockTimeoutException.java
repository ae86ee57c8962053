package dev.holdfast.locks;

/**
 * Only from the calls that promise a {@link Held}: the lock was not granted in time. Not an {@link
 * java.io.IOException}: nothing failed, and who handles failures must not take it for one.
 */
public final class LockTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Outcome.TimedOut outcome;

  LockTimeoutException(Outcome.TimedOut outcome) {
    this.outcome = outcome;
  }

  /** Looks who holds it, if nobody has looked yet. */
  @Override
  public String getMessage() {
    return outcome.toString();
  }

  /** What was waited for, and who held it. */
  public Outcome.TimedOut outcome() {
    return outcome;
  }
}
