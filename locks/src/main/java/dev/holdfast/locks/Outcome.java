package dev.holdfast.locks;

import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What became of a wait for a lock. */
public sealed interface Outcome {
  /** It is held now, and must be closed. */
  record Acquired(Held granted) implements Outcome {
    @Override
    public Held orThrow() {
      return granted;
    }

    @Override
    public Optional<Held> held() {
      return Optional.of(granted);
    }
  }

  /**
   * It was not granted in time.
   *
   * @param lock its name
   * @param holders who held it when this was first asked for, which can take longer than a short
   *     wait; empty if that cannot be known, or if it was let go meanwhile. Unmodifiable
   */
  record TimedOut(String lock, Duration waited, List<Holder> holders)
      implements Outcome, Serializable {
    public TimedOut {
      holders = Collections.unmodifiableList(holders);
    }

    @Override
    public Held orThrow() {
      throw new LockTimeoutException(this);
    }

    @Override
    public Optional<Held> held() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      String who =
          holders.isEmpty()
              ? "holder unknown"
              : "held by " + String.join("; ", holders.stream().map(Holder::toString).toList());
      return lock + ": not granted within " + waited.toMillis() + " ms, " + who;
    }
  }

  /**
   * What is held, for callers who prefer an exception.
   *
   * @throws LockTimeoutException if nothing is
   */
  Held orThrow();

  /** What is held; empty if it was not granted in time. */
  Optional<Held> held();
}
