package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import java.util.function.IntFunction;

/**
 * Each program makes one call and then the next one does: so two that give way to one another do so
 * for ever, if they can.
 *
 * <p>Threads: that of one run.
 */
final class TakingTurns implements Chooser {
  private final int most;
  private boolean endless;

  /**
   * @param most decisions; programs that need more have no end
   */
  TakingTurns(int most) {
    this.most = most;
  }

  /** Whether it was given up. */
  boolean isEndless() {
    return endless;
  }

  /** All sleep alike, so that nobody gets ahead of the others. */
  @Override
  public boolean wakesSleepers() {
    return true;
  }

  @Override
  public int choose(Decision decision, IntFunction<Footprint> next) {
    if (decision.index() >= most) {
      endless = true;
      return STOP;
    }
    return decision.enabled().stream()
        .sorted()
        .filter(each -> each > decision.current())
        .findFirst()
        .orElseGet(() -> decision.enabled().stream().sorted().findFirst().orElseThrow());
  }
}
