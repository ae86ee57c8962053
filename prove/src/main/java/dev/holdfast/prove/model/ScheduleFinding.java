package dev.holdfast.prove.model;

import java.util.List;

/**
 * A schedule with an end that no serial order has.
 *
 * @param evidence for people, line by line
 * @param steps the calls that other programs could notice, in the order they were made
 * @param waits where one had to wait, in their order
 * @param turning the two steps whose order matters, from 0: had the second come before the first,
 *     this would not have happened; empty if no two are known
 * @param outcomes beside those of the serial orders
 * @param preemptions how often the turn was taken from a program that could have gone on
 * @param replay the id that runs this schedule again
 * @param again whether it came out the same when it was run again
 */
public record ScheduleFinding(
    Kind kind,
    List<String> evidence,
    List<ScheduleStep> steps,
    List<ScheduleWait> waits,
    List<Integer> turning,
    ScheduleOutcomes outcomes,
    int preemptions,
    String replay,
    boolean again) {

  /** What is wrong. */
  public enum Kind {
    /** The end is that of no serial order. */
    NOT_SERIAL,
    /** All wait for one another. */
    DEADLOCK,
    /** Two held the same name at once. */
    TWO_HOLDERS,
    /** What one left behind keeps others from doing their work, for ever. */
    STUCK,
    /** All look for ever for what none of them does. */
    LIVELOCK,
    /** What one had half done when it was killed stays. */
    TORN,
    /** A program failed because of another, though the files are right. */
    ABORTED,
    /** One command fails or not, as it happens which of its tasks goes first. */
    ORDER
  }
}
