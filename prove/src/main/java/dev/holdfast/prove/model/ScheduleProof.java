package dev.holdfast.prove.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the schedules of programs that run together came to.
 *
 * @param programs what they are, for people; {@code A} is the first
 * @param shared what more than one of them touches, raw
 * @param schedules how many were run to their end
 * @param classes how many different states were met at decisions
 * @param firstFailing which of them was the first one that failed, from 1; 0 if none did
 * @param findings worst first
 * @param observations what is no fault: programs that gave up, mixed lines, litter
 * @param undecided schedules that came to no end
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record ScheduleProof(
    List<String> programs,
    List<String> shared,
    int schedules,
    int classes,
    int firstFailing,
    Claim claim,
    List<ScheduleFinding> findings,
    List<String> observations,
    int undecided,
    List<String> notes) {

  /**
   * What was covered.
   *
   * @param bound all schedules with so many preemptions were tried; -1 if not even those with none
   * @param why it is not complete, for people; empty if it is
   * @param sample what was drawn besides; null if nothing was
   */
  public record Claim(Extent extent, int bound, String why, @Nullable Sample sample) {
    /** Nothing was drawn. */
    public Claim(Extent extent, int bound, String why) {
      this(extent, bound, why, null);
    }
  }

  /**
   * Schedules drawn by chance.
   *
   * @param drawn how many
   * @param depth faults that take so many orders of two steps
   * @param missed would have been missed with no higher probability than this
   * @param about how many essentially different schedules there are, by an unbiased estimate; 0 if
   *     none was made
   * @param percent the standard error of the estimate, in percent of it
   */
  public record Sample(int drawn, int depth, double missed, double about, int percent) {}

  /** How much of all schedules. */
  public enum Extent {
    /** Every order of the calls that meet. */
    COMPLETE,
    /** All with no more than so many preemptions. */
    BOUNDED,
    /** Some. */
    SAMPLED
  }
}
