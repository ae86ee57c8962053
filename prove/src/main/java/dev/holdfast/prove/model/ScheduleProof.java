package dev.holdfast.prove.model;

import java.util.List;

/**
 * What the schedules of programs that run together came to.
 *
 * @param programs what they are, for people; {@code A} is the first
 * @param shared what more than one of them touches, raw
 * @param schedules how many were run to their end
 * @param classes how many different states were met at decisions
 * @param findings worst first
 * @param observations what is no fault: programs that gave up, mixed lines, litter
 * @param undecided schedules that came to no end
 */
public record ScheduleProof(
    List<String> programs,
    List<String> shared,
    int schedules,
    int classes,
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
   */
  public record Claim(Extent extent, int bound, String why) {}

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
