package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * A schedule by chance: whoever could go may be the one who goes, each time. It meets faults that
 * need the turn to go back and forth often, where {@link Pct} meets those that need one to be kept
 * waiting for long.
 *
 * <p>Threads: that of one run.
 */
final class RandomWalk implements Chooser {
  private final Random random;

  RandomWalk(Random random) {
    this.random = random;
  }

  @Override
  public int choose(Decision decision, IntFunction<Footprint> next) {
    return decision.enabled().get(random.nextInt(decision.enabled().size()));
  }
}
