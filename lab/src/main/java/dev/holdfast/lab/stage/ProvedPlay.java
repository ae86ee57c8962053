package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scene whose programs run under the prover: it stops them before each call that matters, and the
 * attacker acts there.
 *
 * @param stage what the world looks like and who attacks, the same for both programs
 * @param check a shell command that tells, after an undisturbed run, whether the work was done
 * @param gains what the attacker must gain by the usual way; empty where the stage says, by checks
 *     of its own, what must not come about
 */
public record ProvedPlay(
    Scene scene,
    Stage stage,
    String check,
    Set<Effect> gains,
    Set<Demand> demands,
    List<Pair> pairs)
    implements Play {

  /** What more there must be for the scene to show its hazard. */
  public enum Demand {
    /**
     * The gain must depend on the moment: the same strike beforehand gains nothing. Where the
     * intruder is the same user as the program, owners tell nothing apart, and this is not asked.
     */
    RACE,
    /** The intruder must be another user than the program, or there is nothing to gain. */
    SECOND_IDENTITY
  }

  /** Refines a case by the directories, the set-up and the identities of a scene. */
  @FunctionalInterface
  public interface Stage {
    Case set(Case bare);
  }

  public ProvedPlay {
    gains = Set.copyOf(gains);
    demands = Set.copyOf(demands);
    pairs = List.copyOf(pairs);
  }

  @Override
  public List<VariantResult> perform(Workshop workshop, Progress progress) {
    return Pairs.perform(scene, pairs, whyNot(), this::prove, workshop, progress);
  }

  @Override
  public List<Outcome> walk(Workshop workshop, Walker walker)
      throws IOException, SkipScene, ProveException {
    String whyNot = whyNot();
    if (whyNot != null) {
      throw new SkipScene(whyNot);
    }
    return new Walk(stage, workshop, walker).through(pairs);
  }

  private @Nullable String whyNot() {
    String whyNot = Prover.whyNot();
    if (whyNot == null && demands.contains(Demand.SECOND_IDENTITY) && !Stages.secondIdentity()) {
      return "the intruder must be another user than the program here: run it as root";
    }
    return whyNot;
  }

  private Performance prove(Victim victim, boolean mustLose, Workshop workshop, Progress progress)
      throws IOException, SkipScene {
    List<String> command = victim.command(workshop);
    try {
      Optional<Performance> failed = rehearse(victim, command);
      if (failed.isPresent()) {
        return failed.get();
      }
      // One loss is a loss; to hold, all must be tried.
      Case what = stage.set(Case.of(command));
      Proof proof = Prover.proveUntil(what, w -> mustLose && isExpected(w), progress);
      return judge(victim, proof, mustLose);
    } catch (ProveException e) {
      return victim.failed(String.valueOf(e.getMessage()), 0);
    }
  }

  /** A program that does nothing holds as well: so it must do its work when nobody disturbs it. */
  private Optional<Performance> rehearse(Victim victim, List<String> command)
      throws ProveException {
    List<String> checked = new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\" && " + check, "sh"));
    checked.addAll(command);
    Proof rehearsal = Prover.listWindows(stage.set(Case.of(checked)), Progress.NONE);
    return rehearsal.exit() == 0
        ? Optional.empty()
        : Optional.of(
            victim.failed(
                "undisturbed, it did not do its work: exit status "
                    + rehearsal.exit()
                    + " with the check: "
                    + check,
                1));
  }

  private Performance judge(Victim victim, Proof proof, boolean mustLose) {
    List<WindowResult> gained =
        proof.windows().stream().filter(w -> w.verdict() == Verdict.EXPLOITED).toList();
    Optional<WindowResult> expected = gained.stream().filter(this::isExpected).findFirst();
    List<WindowResult> open =
        proof.windows().stream().filter(w -> w.verdict().undecided()).toList();
    Outcome outcome;
    List<String> evidence;
    if (expected.isPresent()) {
      outcome = Outcome.LOST;
      evidence = tell(expected.get());
    } else if (!gained.isEmpty()) {
      // Not what the scene is about, so nothing that the usual way may count as its loss.
      outcome = mustLose ? Outcome.UNDECIDED : Outcome.LOST;
      evidence = tell(gained.getFirst());
    } else if (!open.isEmpty()) {
      outcome = Outcome.UNDECIDED;
      evidence = open.stream().flatMap(w -> tell(w).stream()).toList();
    } else if (proof.windows().isEmpty() && proof.prunedTotal() == 0) {
      outcome = Outcome.UNDECIDED;
      evidence = List.of("no place was found where the attacker could act");
    } else {
      outcome = Outcome.HELD;
      evidence = List.of(summary(proof));
    }
    return new Performance(
        victim.program(),
        victim.source(),
        outcome,
        evidence,
        proof.windows().size(),
        proof.trials());
  }

  private boolean mustBeRace() {
    return demands.contains(Demand.RACE) && Stages.secondIdentity();
  }

  private boolean isExpected(WindowResult window) {
    boolean meant = gains.isEmpty() || window.effects().stream().anyMatch(gains::contains);
    return window.verdict() == Verdict.EXPLOITED && meant && (!mustBeRace() || window.race());
  }

  private static List<String> tell(WindowResult result) {
    Window window = result.window();
    String place =
        "before %s(\"%s\"): %s"
            .formatted(window.use().call(), window.use().path(), window.strike().description());
    String verdict =
        result.effects().isEmpty()
            ? result.verdict().name()
            : result.effects().stream()
                .sorted()
                .map(Effect::name)
                .collect(Collectors.joining(", "));
    return Stream.concat(Stream.of(place + ": " + verdict), result.evidence().stream()).toList();
  }

  private static long places(Proof proof) {
    return proof.windows().stream().map(w -> w.window().use()).distinct().count();
  }

  private static String summary(Proof proof) {
    String tried =
        proof.windows().isEmpty()
            ? "nothing to try"
            : "attacks: %d, at calls: %d, gained: nothing"
                .formatted(proof.windows().size(), places(proof));
    return proof.pruned().isEmpty()
        ? tried
        : tried
            + "; closed: "
            + proof.pruned().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
  }
}
