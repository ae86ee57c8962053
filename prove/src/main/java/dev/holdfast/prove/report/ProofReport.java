package dev.holdfast.prove.report;

import dev.holdfast.findings.Figure;
import dev.holdfast.findings.Finding;
import dev.holdfast.findings.Place;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.Rule;
import dev.holdfast.findings.Severity;
import dev.holdfast.findings.Step;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable.Cell;
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

  public static Report of(ToldProof told) {
    Proof proof = told.proof();
    List<Finding> findings = new ArrayList<>();
    for (boolean known : new boolean[] {false, true}) {
      // What is known is told apart, and last.
      Group.exploited(
              proof.windows().stream().filter(w -> told.isKnown(w) == known).toList(), false)
          .forEach(group -> findings.add(finding(told, group)));
    }
    return new Report(
        new Report.Producer("holdfast prove", told.version()),
        ProofWords.program(proof),
        lead(told),
        told.conclusion().kind() == Conclusion.Kind.HOLDS,
        told.conclusion().kind() != Conclusion.Kind.UNDECIDED,
        figures(told.open(), told.knownOnes()),
        findings,
        tables(proof),
        notes(told));
  }

  /** What could not be decided comes first. */
  private static List<String> notes(ToldProof told) {
    List<String> notes = new ArrayList<>(told.conclusion().doubts());
    notes.addAll(told.proof().notes());
    return notes;
  }

  private static String lead(ToldProof told) {
    Proof proof = told.proof();
    return ProofWords.outcome(told)
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

  private static List<Figure> figures(Proof proof, long known) {
    List<Figure> figures = new ArrayList<>(figures(proof));
    if (known > 0) {
      figures.add(2, new Figure("known", known, Ink.DOUBT));
    }
    return figures;
  }

  private static List<Figure> figures(Proof proof) {
    return List.of(
        new Figure("race", proof.races(), Ink.BAD),
        new Figure("plain follow", proof.plainFollows(), Ink.BAD),
        new Figure("reached", proof.count(Verdict.REACHED), Ink.DOUBT),
        new Figure("taken in", proof.count(Verdict.TAKEN_IN), Ink.GOOD),
        new Figure("undecided", proof.undecided(), Ink.DOUBT),
        new Figure("survived", proof.count(Verdict.SURVIVED), Ink.GOOD),
        new Figure("windows", proof.windows().size(), Ink.PLAIN),
        new Figure("trials", proof.trials(), Ink.PLAIN),
        new Figure("pruned", proof.prunedTotal(), Ink.PLAIN));
  }

  private static Finding finding(ToldProof told, Group group) {
    Proof proof = told.proof();
    WindowResult result = group.first();
    Window window = result.window();
    Label label = result.label();
    List<String> tags = new ArrayList<>();
    if (label != null) {
      tags.add(label.name());
    }
    tags.addAll(ProofWords.effects(result));
    List<String> remarks = new ArrayList<>();
    if (label != null) {
      remarks.add(ProofWords.label(label));
    }
    String advice = Advice.of(proof.argv(), window);
    if (!advice.equals(window.hazard().advice())) {
      remarks.add(advice);
    }
    if (!result.blockedBy().isEmpty()) {
      remarks.add(ProofWords.blocked(result.blockedBy()));
    }
    return new Finding(
            rule(window.hazard()),
            Severity.ERROR,
            message(proof, result),
            place(told, window),
            tags,
            timeline(proof, result),
            result.evidence(),
            remarks,
            group.others().stream().map(other -> place(told, other.window())).toList(),
            window.fingerprint(),
            told.replay().apply(window.id()))
        .withStanding(told.standing(result));
  }

  private static Rule rule(Hazard hazard) {
    return Rule.of(
        hazard.row(),
        hazard.title(),
        "Another process can act between two system calls of the program: " + hazard.title() + ".");
  }

  private static String message(Proof proof, WindowResult result) {
    Window window = result.window();
    String gained = String.join(", ", ProofWords.effects(result));
    return "Right before "
        + ProofWords.call(window.use())
        + ", "
        + intruder(proof, window)
        + " can "
        + window.strike().description()
        + (gained.isEmpty() ? "." : ", and gains " + gained + ".");
  }

  /** In a sentence: the name alone could be read as a word, "nobody" above all. */
  private static String intruder(Proof proof, Window window) {
    String who = ProofWords.intruder(proof, window.strike());
    return who.equals(proof.attacker()) ? "the attacker (" + who + ")" : who;
  }

  private static Place place(ToldProof told, Window window) {
    Proof proof = told.proof();
    Place.Source source = ScriptPlace.of(proof.argv(), told.scripts(), window.use());
    Place.Source origin = told.origin() == null ? ScriptPlace.program(proof.argv()) : told.origin();
    String doer = ProofWords.doer(window.use());
    return new Place.Run(
        ProofWords.program(proof),
        window.id(),
        ProofWords.call(window.use())
            + ", "
            + ProofWords.ordinal(window.use())
            + (doer.isEmpty() ? "" : ", by " + doer),
        source == null ? origin : source);
  }

  private static List<Step> timeline(Proof proof, WindowResult result) {
    Window window = result.window();
    List<Step> steps = new ArrayList<>();
    Window before = window.before();
    if (before != null) {
      steps.add(
          Step.intruder(
              ProofWords.intruder(proof, before.strike())
                  + ": "
                  + before.strike().description()
                  + ", in "
                  + before.directory(),
              before.entry()));
      steps.add(Step.victim("takes it for its own", ProofWords.call(before.use())));
    }
    CallRef check = window.check();
    if (check != null) {
      steps.add(Step.victim("looks the name up", ProofWords.call(check)));
    }
    steps.add(
        Step.intruder(
            ProofWords.intruder(proof, window.strike())
                + ": "
                + window.strike().description()
                + (window.directory().isEmpty() ? "" : ", in " + window.directory()),
            window.entry()));
    steps.add(Step.victim("goes on with the name", ProofWords.call(window.use())));
    String gains = ProofWords.gains(result);
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
                        new Cell(ProofWords.verdict(result), ProofWords.ink(result)),
                        new Cell(String.join(", ", ProofWords.effects(result))),
                        new Cell(ProofWords.label(result))))
            .toList());
  }

  private static List<Report.Table> tables(Proof proof) {
    return proof.leftOut().isEmpty()
        ? List.of(windows(proof), pruned(proof))
        : List.of(windows(proof), leftOut(proof), pruned(proof));
  }

  private static Report.Table leftOut(Proof proof) {
    return new Report.Table(
        "Kinds of which not every window was tried (--all tries each)",
        List.of("hazard", "call", "like", "strike", "tried", "left out"),
        proof.leftOut().stream()
            .map(
                kind ->
                    List.of(
                        new Cell(kind.like().hazard().name()),
                        new Cell(kind.like().use().call()),
                        new Cell(kind.like().use().path()),
                        new Cell(kind.like().strike().id()),
                        new Cell(Integer.toString(kind.tried())),
                        new Cell(Integer.toString(kind.windows()))))
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
