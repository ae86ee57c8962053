package dev.holdfast.cli.tell;

import dev.holdfast.findings.Figure;
import dev.holdfast.findings.Finding;
import dev.holdfast.findings.Ink;
import dev.holdfast.findings.Place;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.Rule;
import dev.holdfast.findings.Severity;
import dev.holdfast.findings.Step;
import dev.holdfast.findings.Text;
import dev.holdfast.findings.TextTable.Cell;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.ArrayList;
import java.util.List;

/**
 * A proof as a report of findings: what was exploited, and a table of everything that was tried.
 */
public final class ProofReport {
  private ProofReport() {}

  public static Report of(Telling telling) {
    Proof proof = telling.proof();
    List<Finding> findings =
        Group.exploited(proof.windows(), false).stream().map(g -> finding(telling, g)).toList();
    return new Report(
        new Report.Producer("holdfast prove", telling.version()),
        Words.program(proof),
        lead(telling),
        findings.isEmpty() && proof.undecided() == 0 && proof.complete(),
        figures(proof),
        findings,
        List.of(windows(proof), pruned(proof)),
        proof.notes());
  }

  private static String lead(Telling telling) {
    Proof proof = telling.proof();
    return Words.outcome(telling)
        + " It ran as "
        + proof.user()
        + " against "
        + proof.attacker()
        + "; undisturbed it made "
        + Text.count(proof.calls(), "path call")
        + " in "
        + Text.count(proof.tasks(), "task")
        + " and ended with exit status "
        + proof.exit()
        + ".";
  }

  private static List<Figure> figures(Proof proof) {
    return List.of(
        new Figure("race", proof.races(), Ink.BAD),
        new Figure("plain follow", proof.plainFollows(), Ink.BAD),
        new Figure("reached", proof.count(Verdict.REACHED), Ink.DOUBT),
        new Figure("undecided", proof.undecided(), Ink.DOUBT),
        new Figure("survived", proof.count(Verdict.SURVIVED), Ink.GOOD),
        new Figure("windows", proof.windows().size(), Ink.PLAIN),
        new Figure("trials", proof.trials(), Ink.PLAIN),
        new Figure("pruned", proof.prunedTotal(), Ink.PLAIN));
  }

  private static Finding finding(Telling telling, Group group) {
    Proof proof = telling.proof();
    WindowResult result = group.first();
    Window window = result.window();
    Label label = result.label();
    List<String> tags = new ArrayList<>();
    if (label != null) {
      tags.add(label.name());
    }
    tags.addAll(Words.effects(result));
    List<String> remarks = new ArrayList<>();
    if (label != null) {
      remarks.add(Words.label(label));
    }
    if (!result.blockedBy().isEmpty()) {
      remarks.add(Words.blocked(result.blockedBy()));
    }
    return new Finding(
        rule(window.hazard()),
        Severity.ERROR,
        message(proof, result),
        place(proof, window),
        tags,
        timeline(proof, result),
        result.evidence(),
        remarks,
        group.others().stream().map(other -> place(proof, other.window())).toList(),
        window.id(),
        telling.replay().apply(window.id()));
  }

  private static Rule rule(Hazard hazard) {
    return new Rule(
        hazard.name(),
        hazard.title(),
        "Another process can act between two system calls of the program: " + hazard.title() + ".",
        hazard.advice());
  }

  private static String message(Proof proof, WindowResult result) {
    Window window = result.window();
    String gained = String.join(", ", Words.effects(result));
    return "Right before "
        + Words.call(window.use())
        + ", "
        + intruder(proof, window)
        + " can "
        + window.strike().description()
        + (gained.isEmpty() ? "." : ", and gains " + gained + ".");
  }

  /** In a sentence: the name alone could be read as a word, "nobody" above all. */
  private static String intruder(Proof proof, Window window) {
    String who = Words.intruder(proof, window.strike());
    return who.equals(proof.attacker()) ? "the attacker (" + who + ")" : who;
  }

  private static Place place(Proof proof, Window window) {
    return new Place.Run(
        Words.program(proof),
        window.id(),
        Words.call(window.use()) + ", " + Words.ordinal(window.use()));
  }

  private static List<Step> timeline(Proof proof, WindowResult result) {
    Window window = result.window();
    List<Step> steps = new ArrayList<>();
    CallRef check = window.check();
    if (check != null) {
      steps.add(Step.victim("looks the name up", Words.call(check)));
    }
    steps.add(
        Step.intruder(
            Words.intruder(proof, window.strike())
                + ": "
                + window.strike().description()
                + (window.directory().isEmpty() ? "" : ", in " + window.directory()),
            window.entry()));
    steps.add(Step.victim("goes on with the name", Words.call(window.use())));
    String gains = Words.gains(result);
    if (!gains.isEmpty()) {
      steps.add(Step.intruder("has won: " + gains, ""));
    }
    return steps;
  }

  private static Report.Table windows(Proof proof) {
    return new Report.Table(
        "Every window",
        List.of("window", "hazard", "call", "path", "strike", "verdict", "effects", "label"),
        proof.windows().stream()
            .map(
                result ->
                    List.of(
                        new Cell(result.window().id()),
                        new Cell(result.window().hazard().name()),
                        new Cell(result.window().use().call()),
                        new Cell(result.window().use().path()),
                        new Cell(result.window().strike().id()),
                        new Cell(Words.verdict(result), Words.ink(result)),
                        new Cell(String.join(", ", Words.effects(result))),
                        new Cell(Words.label(result))))
            .toList());
  }

  private static Report.Table pruned(Proof proof) {
    return new Report.Table(
        "Uses by name that need no trial",
        List.of("reason", "uses"),
        proof.pruned().entrySet().stream()
            .map(entry -> List.of(new Cell(entry.getKey()), new Cell(entry.getValue().toString())))
            .toList());
  }
}
