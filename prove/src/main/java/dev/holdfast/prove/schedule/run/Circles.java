package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a program goes in circles: it takes something, fails to get something else, gives back
 * what it has, and begins again. A schedule in which it does so for ever while the others stand
 * still is none that a kernel has, so it lets them go first.
 *
 * <p>Only names that are taken and given back, locks and looks make a circle, and only if one of
 * them fails each time: whoever appends ten lines does not.
 *
 * <p>Threads: the tracer's.
 */
final class Circles {
  private static final int ROUNDS = 3;
  private static final int LONGEST = 40;
  private static final Set<Effect> TAKES =
      Set.of(Effect.CLAIM, Effect.REMOVE, Effect.LOCK, Effect.EXIT);

  /** Calls since another program moved, and whether they failed. */
  private final List<String> calls = new ArrayList<>();

  private final List<Boolean> failures = new ArrayList<>();

  /** How far the others had come then. */
  private long others = -1;

  private boolean closed;

  /** How many times longer than usual it may go on. */
  private final int patience;

  Circles(int patience) {
    this.patience = patience;
  }

  /**
   * One more call was made.
   *
   * @param shared what it touched that others could notice
   * @param othersMoved how far the others have come
   * @return whether it closes a circle
   */
  boolean add(Footprint made, long result, Footprint shared, long othersMoved) {
    if (others != othersMoved || !mayBePart(shared)) {
      others = othersMoved;
      closed = false;
      calls.clear();
      failures.clear();
    }
    if (mayBePart(shared)) {
      calls.add(made.call() + made.names() + made.detail() + Math.min(result, 0));
      failures.add(result < 0);
    }
    boolean before = closed;
    closed |= ends();
    return closed && !before;
  }

  /** Whether it is in a circle now, so far as the others have come. */
  boolean isClosed(long othersMoved) {
    return closed && others == othersMoved;
  }

  private static boolean mayBePart(Footprint shared) {
    return TAKES.contains(shared.effect())
        || (!shared.isEmpty() && shared.writes().stream().allMatch(key -> key.startsWith("l:")));
  }

  private boolean ends() {
    int size = calls.size();
    int rounds = ROUNDS * patience;
    for (int length = 2; length <= LONGEST && length * rounds <= size; length++) {
      List<String> last = calls.subList(size - length, size);
      boolean again = failures.subList(size - length, size).contains(true);
      for (int i = 2; again && i <= rounds; i++) {
        again = calls.subList(size - length * i, size - length * (i - 1)).equals(last);
      }
      if (again) {
        return true;
      }
    }
    return false;
  }
}
