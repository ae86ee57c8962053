package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.watch.Raw;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a program waits by looking: it looks at the same thing again and again and sees the same,
 * or does and undoes the same ({@link Circles}). A schedule in which it does so for ever while the
 * others stand still is none that a kernel has, so it is put off until they have moved.
 *
 * <p>Threads: the tracer's.
 */
final class Looks {
  private static final int MOST = 8;

  private final int patience;
  private final Circles circles;

  /** How often it looked at the same thing, and saw the same, while nothing changed. */
  private final Map<String, Integer> counts = new HashMap<>();

  /** How far the others had come when it had looked too often; negative if it has not. */
  private long since = -1;

  private String what = "";

  /**
   * @param patience how many times longer than usual it may go on
   */
  Looks(int patience) {
    this.patience = patience;
    this.circles = new Circles(patience);
  }

  /**
   * A call was made that changed nothing.
   *
   * @param others how far the others have come
   * @return whether it has looked too often
   */
  boolean looked(Footprint footprint, long result, long others) {
    // To ask for the same signals again is no look, and to read on is not the same one.
    if (footprint.call().contains("read") || footprint.names().isEmpty()) {
      return false;
    }
    int often = counts.merge(footprint.call() + footprint.names() + result, 1, Integer::sum);
    if (often <= MOST * patience) {
      return false;
    }
    since = others;
    what = Raw.display(footprint.names().getFirst());
    return true;
  }

  /**
   * Any call was made.
   *
   * @param shared what it touched that others could notice
   * @param others how far the others have come
   * @return whether it closes a circle
   */
  boolean made(Footprint footprint, long result, Footprint shared, long others) {
    boolean closes = circles.add(footprint, result, shared, others);
    if (closes) {
      what = Raw.display(String.join(", ", footprint.names()));
    }
    return closes;
  }

  /** Something was changed: it sees something new. */
  void seeNew() {
    counts.clear();
    since = -1;
  }

  /** Whether it has looked too often since something was changed. */
  boolean areTooMany() {
    return since >= 0;
  }

  /** Whether it has done and undone the same several times while no other program moved. */
  boolean areInCircles(long others) {
    return circles.isClosed(others);
  }

  /** Whether it is to let the others go first, who have come so far. */
  boolean areToWait(long others) {
    return (since >= 0 && others <= since) || areInCircles(others);
  }

  /** What it looks at again and again, for people. */
  String what() {
    return what;
  }
}
