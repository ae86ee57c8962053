package dev.holdfast.prove.model;

import java.time.Duration;

/** Hears how far a proof has come; called from several threads, one at a time. */
@FunctionalInterface
public interface Progress {
  /**
   * One more is done.
   *
   * @param phase what is going on, a word or two
   * @param total 0 if it is not known yet
   */
  void step(String phase, int done, int total);

  /**
   * The windows are known, and now they are tried.
   *
   * @param windows how many will be
   * @param kinds of how many kinds they are
   * @param about how long that may take
   */
  default void expect(int windows, int kinds, Duration about) {}

  /** A window is decided; in the order in which that happens. */
  default void decided(WindowResult result) {}

  /** True if nobody waits for the rest any more: what is decided by then is the proof. */
  default boolean isCancelled() {
    return false;
  }

  Progress NONE = (_, _, _) -> {};
}
