package dev.holdfast.prove.report;

import dev.holdfast.findings.Place;
import dev.holdfast.findings.Standing;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What schedules came to, and what else it takes to tell it.
 *
 * @param commands the command line of each program, by which its language is known
 * @param replayed whether it was one schedule, run again alone
 * @param version Holdfast's
 * @param replay from a schedule's id to the command line that runs it again
 * @param known fingerprints of findings that do not count, to the reason why
 * @param origin the file that says what to prove, for findings that come from no source that is
 *     known; null if it was only typed
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record ToldSchedules(
    ScheduleProof proof,
    List<List<String>> commands,
    boolean replayed,
    String version,
    UnaryOperator<String> replay,
    Map<String, String> known,
    Place.@Nullable Source origin) {
  public ToldSchedules {
    commands = commands.stream().map(List::copyOf).toList();
    known = Map.copyOf(known);
  }

  /** Nothing of it was known before. */
  public ToldSchedules(
      ScheduleProof proof,
      List<List<String>> commands,
      boolean replayed,
      String version,
      UnaryOperator<String> replay) {
    this(proof, commands, replayed, version, replay, Map.of(), null);
  }

  /** The same, told by who knows of a baseline and of a file that the case comes from. */
  public ToldSchedules beside(Map<String, String> itsKnown, Place.@Nullable Source itsOrigin) {
    return new ToldSchedules(proof, commands, replayed, version, replay, itsKnown, itsOrigin);
  }

  /**
   * Whether it was decided: with all of one preemption, or by the one schedule that was asked for.
   */
  public boolean isDecided() {
    ScheduleProof.Claim claim = proof.claim();
    boolean covered = claim.extent() != ScheduleProof.Extent.SAMPLED && claim.bound() >= 1;
    return isBroken() || (proof.undecided() == 0 && (covered || replayed));
  }

  private boolean isBroken() {
    return proof.findings().stream().anyMatch(finding -> !standing(finding).known());
  }

  /** What it comes to, without what was known. */
  public Conclusion.Kind conclusion() {
    return isBroken()
        ? Conclusion.Kind.BROKEN
        : isDecided() ? Conclusion.Kind.HOLDS : Conclusion.Kind.UNDECIDED;
  }

  Standing standing(ScheduleFinding finding) {
    String reason = known.get(ScheduleReport.fingerprint(finding));
    return reason == null ? Standing.NEW : Standing.known(reason);
  }
}
