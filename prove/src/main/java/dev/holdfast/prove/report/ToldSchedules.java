package dev.holdfast.prove.report;

import dev.holdfast.prove.model.ScheduleProof;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What schedules came to, and what else it takes to tell it.
 *
 * @param commands the command line of each program, by which its language is known
 * @param replayed whether it was one schedule, run again alone
 * @param version Holdfast's
 * @param replay from a schedule's id to the command line that runs it again
 */
public record ToldSchedules(
    ScheduleProof proof,
    List<List<String>> commands,
    boolean replayed,
    String version,
    UnaryOperator<String> replay) {
  public ToldSchedules {
    commands = commands.stream().map(List::copyOf).toList();
  }

  /**
   * Whether it was decided: with all of one preemption, or by the one schedule that was asked for.
   */
  public boolean isDecided() {
    ScheduleProof.Claim claim = proof.claim();
    boolean covered = claim.extent() != ScheduleProof.Extent.SAMPLED && claim.bound() >= 1;
    return !proof.findings().isEmpty() || (proof.undecided() == 0 && (covered || replayed));
  }
}
