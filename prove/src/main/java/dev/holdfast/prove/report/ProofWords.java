package dev.holdfast.prove.report;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Doer;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.plan.Planner;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The words in which a proof is told, the same in every form of output. */
final class ProofWords {
  private ProofWords() {}

  static String program(Proof proof) {
    return Text.shellLine(proof.argv());
  }

  /** What the kernel keeps of a task's name. */
  private static final int TASK_NAME = 15;

  private static final int COMMAND = 160;

  /** {@code openat "a/b"}. */
  static String call(CallRef call) {
    return call.call() + (call.path().isEmpty() ? "" : " \"" + call.path() + "\"");
  }

  /** {@code call 7 of task 0.1}. */
  static String ordinal(CallRef call) {
    return "call " + call.nth() + " of task " + call.task();
  }

  /** {@code python3 app.py (thread worker-1) in /srv}; empty if it is not known. */
  static String doer(CallRef call) {
    Doer doer = call.doer();
    if (doer.command().isEmpty()) {
      return "";
    }
    String program = doer.command().getFirst();
    String name = program.substring(program.lastIndexOf('/') + 1);
    String own = name.substring(0, Math.min(name.length(), TASK_NAME));
    return Text.shorten(Text.shellLine(doer.command()), COMMAND)
        + (doer.thread().equals(own) ? "" : " (thread " + doer.thread() + ")")
        + (doer.directory().isEmpty() ? "" : " in " + doer.directory());
  }

  /** Who acts in this window. */
  static String intruder(Proof proof, Strike strike) {
    return switch (strike) {
      case KILL -> "a crash";
      case COPY -> "a second copy";
      case RIVAL -> "another program";
      default -> proof.attacker();
    };
  }

  /** What it does, with the names it is about. */
  static String strike(Window window) {
    String where =
        window.entry().isEmpty()
            ? ""
            : " ("
                + window.entry()
                + (window.directory().isEmpty() ? "" : " in " + window.directory())
                + ")";
    return window.strike().description() + where;
  }

  static String label(Label label) {
    return switch (label) {
      case RACE -> "A race: only this moment works, and a patient intruder will hit it.";
      case PLAIN_FOLLOW ->
          "No race is needed: the program follows what was there before it started as well.";
    };
  }

  static String label(WindowResult result) {
    Label label = result.label();
    return label == null ? "" : label.name().replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  static String blocked(List<String> settings) {
    return "Where "
        + String.join(" and ", settings)
        + (settings.size() == 1 ? " is" : " are")
        + " set, the kernel stops this strike.";
  }

  /** In the order of their declaration, which goes from change to execution. */
  static List<String> effects(WindowResult result) {
    return Arrays.stream(Effect.values())
        .filter(result.effects()::contains)
        .map(Effect::name)
        .toList();
  }

  /** What the intruder has of it, in the order of {@link #effects}. */
  static String gains(WindowResult result) {
    return Arrays.stream(Effect.values())
        .filter(result.effects()::contains)
        .map(ProofWords::gain)
        .collect(Collectors.joining("; "));
  }

  private static String gain(Effect effect) {
    return switch (effect) {
      case WRITE -> "the contents of a protected file changed";
      case CREATE -> "a file was created in a protected directory";
      case DELETE -> "a protected file is gone";
      case META -> "owner, group, mode or attributes of a protected object changed";
      case LEAK -> "the intruder can read what it had no right to";
      case INJECT -> "the intruder's contents ended up where it may not write";
      case SIGNAL -> "the program signals a process of the intruder's choice";
      case EXEC -> "the program runs the intruder's program";
    };
  }

  static String verdict(WindowResult result) {
    return result.verdict().name().replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  static String meaning(Verdict verdict) {
    return switch (verdict) {
      case EXPLOITED -> "the intruder gained what it had no right to";
      case REACHED -> "the program touched the protected object, but nothing changed hands";
      case TAKEN_IN ->
          "the program took in what the intruder put there, which gains the intruder nothing";
      case SURVIVED -> "the program was not misled";
      case DIVERGED -> "the program never reached this call again";
      case ATTACK_FAILED -> "the intruder could not do what was planned";
      case TIMEOUT -> "the program did not end in time";
    };
  }

  static Ink ink(WindowResult result) {
    return switch (result.verdict()) {
      case EXPLOITED -> Ink.BAD;
      case SURVIVED, TAKEN_IN -> Ink.GOOD;
      case REACHED, DIVERGED, ATTACK_FAILED, TIMEOUT -> Ink.DOUBT;
    };
  }

  /** {@code 5 pruned (3 no-follow, 2 exclusive)}. */
  static String pruned(Proof proof) {
    String reasons =
        proof.pruned().entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .sorted(
                Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", "));
    return proof.prunedTotal() + " pruned" + (reasons.isEmpty() ? "" : " (" + reasons + ")");
  }

  /** What came of it all, in a sentence. */
  static String outcome(ToldProof told) {
    long known = told.knownOnes();
    return outcomeOfOpen(told)
        + (known == 0
            ? ""
            : " Not counted: " + Text.count(known, "break-in") + " that the baseline knows.");
  }

  private static String outcomeOfOpen(ToldProof told) {
    Proof proof = told.open();
    if (told.listed()) {
      return Text.count(proof.listed().size(), "window") + " to try; nothing was attacked.";
    }
    if (proof.races() + proof.plainFollows() > 0) {
      String races = proof.races() > 0 ? Text.count(proof.races(), "race") : "";
      String follows =
          proof.plainFollows() > 0 ? Text.count(proof.plainFollows(), "plain follow") : "";
      return "Proved: "
          + races
          + (races.isEmpty() || follows.isEmpty() ? "" : " and ")
          + follows
          + ". The program does not hold.";
    }
    if (proof.count(Verdict.EXPLOITED) > 0) {
      return "Proved: " + proof.count(Verdict.EXPLOITED) + " exploited. The program does not hold.";
    }
    Conclusion conclusion = told.conclusion();
    if (conclusion.kind() == Conclusion.Kind.UNDECIDED) {
      return "Could not be decided: nothing was exploited, but "
          + String.join("; ", conclusion.doubts())
          + ".";
    }
    String guarded = proof.guarded() > 0 ? " Note: " + Conclusion.guarded(proof) + "." : "";
    if (told.proof().windows().isEmpty()) {
      return proof.pruned().getOrDefault("exclusive", 0) > 0
              || proof.pruned().getOrDefault(Planner.AS_ATTACKER, 0) > 0
          ? "No window was found: see below what the program does by name, and why it was not"
              + " attacked."
          : "There is no moment at which the intruder could change what the program uses by name.";
    }
    return (proof.count(Verdict.REACHED) > 0
            ? "Nothing was exploited, though " + reached(proof)
            : proof.leftOut().isEmpty()
                ? "The program held at every window."
                : "The program held at every window that was tried: three of each kind.")
        + guarded;
  }

  private static String reached(Proof proof) {
    long all = proof.count(Verdict.REACHED);
    long atStart =
        proof.windows().stream()
            .filter(w -> w.verdict() == Verdict.REACHED && StartUp.runtime(w.window()) != null)
            .count();
    return (all == atStart ? "its runtime" : "the program")
        + " came to what it should not at "
        + Text.count(all, "window")
        + (all == atStart ? ", as at each start" : "")
        + (atStart > 0 && atStart < all ? ", its runtime at " + atStart + " of them" : "")
        + ".";
  }
}
