package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A schedule by chance: the programs have priorities, and at a few steps, drawn before, who goes
 * loses its own. A fault that takes {@code depth} orders of two steps is met with a probability of
 * at least 1/(n·k^(depth-1)), for n programs and k steps.
 *
 * <p>Threads: that of one run.
 *
 * <p><b>Source.</b> Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs (ASPLOS 2010).
 */
final class Pct implements Chooser {
  /** Best first. */
  private final List<Integer> priorities = new ArrayList<>();

  private final Set<Integer> changes = new HashSet<>();

  /**
   * @param steps how many decisions there are
   */
  Pct(Random random, int programs, int steps, int depth) {
    for (int who = 0; who < programs; who++) {
      priorities.add(who);
    }
    Collections.shuffle(priorities, random);
    for (int i = 1; i < depth; i++) {
      changes.add(random.nextInt(Math.max(1, steps)));
    }
  }

  /** {@return the most probable miss of so many runs} */
  static double missed(int runs, int programs, int steps, int depth) {
    double hit = 1 / (programs * Math.pow(Math.max(1, steps), depth - 1));
    return Math.pow(1 - hit, runs);
  }

  @Override
  public int choose(Decision decision, IntFunction<Footprint> next) {
    if (changes.remove(decision.index())) {
      Integer loser = first(decision.enabled());
      priorities.remove((Object) loser);
      priorities.add(loser);
    }
    return first(decision.enabled());
  }

  private Integer first(List<Integer> enabled) {
    return priorities.stream().filter(enabled::contains).findFirst().orElseThrow();
  }
}
