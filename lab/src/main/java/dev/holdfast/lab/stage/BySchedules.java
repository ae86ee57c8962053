package dev.holdfast.lab.stage;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.stage.StagedPlay.Director;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Starter;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two programs under every schedule of their system calls: nobody has to direct them, and no check
 * has to be written. They lose if one schedule ends as no order does, and hold if none does.
 */
public final class BySchedules {
  /** Long enough for all schedules on a machine that does other things as well. */
  private static final Duration BUDGET = Duration.ofMinutes(30);

  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private BySchedules() {}

  /**
   * Where two programs meet.
   *
   * @param directory where they work: a fresh one in each world
   * @param setup a shell command that makes what they find there
   * @param shared a name that both must touch, or nothing was shown
   */
  public record Place(String directory, String setup, String shared) {}

  /** Two commands; the word {@code DIR} in their arguments is the directory of the place. */
  public static Director of(Place place, Starter first, Starter second) {
    return (workshop, _) -> {
      String whyNot = Prover.whyNot();
      if (whyNot != null) {
        throw new SkipScene(whyNot);
      }
      Path directory = Path.of(place.directory());
      Case what =
          Case.of(first.command(workshop, directory))
              .withDirectory(Path.of("/"))
              .withFresh(directory)
              .withSetup(place.setup())
              .withTimeout(TIMEOUT);
      String other = Text.shellLine(second.command(workshop, directory));
      Together how = Together.with("exec " + other).withBudget(BUDGET);
      try {
        return judge(Prover.schedules(what, how, null, Progress.NONE), place);
      } catch (ProveException e) {
        return Ending.failed(String.valueOf(e.getMessage()));
      }
    };
  }

  private static Ending judge(ScheduleProof proof, Place place) {
    if (!proof.findings().isEmpty()) {
      return Ending.lost(tell(proof.findings().getFirst()));
    }
    if (!proof.shared().contains(place.shared())) {
      return Ending.failed("they do not both touch " + place.shared() + ": " + proof.notes());
    }
    Claim claim = proof.claim();
    String tried = Text.count(proof.schedules(), "schedule") + " run";
    return proof.undecided() == 0 && claim.extent() == Extent.COMPLETE
        ? Ending.held(tried + ": complete, every order of the calls that meet")
        : new Ending(Outcome.UNDECIDED, tried + ": " + claim.why());
  }

  private static String tell(ScheduleFinding finding) {
    List<String> parts = new ArrayList<>();
    parts.add(finding.kind() + ": " + String.join("; ", finding.evidence()));
    for (int index : finding.turning()) {
      ScheduleStep step = finding.steps().get(index);
      parts.add((char) ('A' + step.program()) + " " + step.call() + " " + step.about());
    }
    return String.join(", ", parts) + " (" + Text.count(finding.preemptions(), "preemption") + ")";
  }
}
