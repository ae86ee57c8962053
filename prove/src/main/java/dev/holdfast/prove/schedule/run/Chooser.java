package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import java.util.function.IntFunction;

/**
 * Says who goes, where a schedule leaves that open.
 *
 * <p>Threads: that of one run.
 */
public interface Chooser {
  /** Instead of a program: what comes now is known already. */
  int STOP = -1;

  /** Whoever goes keeps on going. */
  Chooser USUAL = (decision, _) -> decision.usual();

  /**
   * One after the other: nobody begins while the one before could still go on, be it after a time.
   */
  Chooser SERIAL =
      new Chooser() {
        @Override
        public int choose(Decision decision, IntFunction<Footprint> next) {
          return decision.usual();
        }

        @Override
        public boolean isSerial() {
          return true;
        }
      };

  /**
   * {@return one of those who could go, or {@link #STOP}}
   *
   * @param next of each who could go, what its next call depends on and changes; at most, since it
   *     may still fail
   */
  int choose(Decision decision, IntFunction<Footprint> next);

  /** Whether who sleeps keeps others from going. */
  default boolean isSerial() {
    return false;
  }

  /** Whether who sleeps may wake before the others have moved. */
  default boolean wakesSleepers() {
    return false;
  }
}
