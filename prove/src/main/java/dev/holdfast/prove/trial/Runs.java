package dev.holdfast.prove.trial;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The runs of the program that a proof may make, counted.
 *
 * <p>Threads: safe for all.
 */
public final class Runs {
  private final int most;
  private final AtomicInteger made = new AtomicInteger();

  /** No run is left. */
  public static final class SpentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SpentException() {
      super("no run is left", null, false, false);
    }
  }

  private Runs(int most) {
    this.most = most;
  }

  /** So many. */
  public static Runs atMost(int most) {
    return new Runs(most);
  }

  /** As many as it takes. */
  public static Runs unlimited() {
    return new Runs(Integer.MAX_VALUE);
  }

  public int made() {
    return made.get();
  }

  public int left() {
    return most - made.get();
  }

  /** Counts one that begins now; false if none is left. */
  boolean tryBegin() {
    return made.getAndUpdate(n -> n < most ? n + 1 : n) < most;
  }

  /** Counts one that begins now. */
  void begin() {
    if (!tryBegin()) {
      throw new SpentException();
    }
  }
}
