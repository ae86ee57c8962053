package dev.holdfast.prove.report;

import dev.holdfast.catalogue.Row;
import dev.holdfast.findings.Figure;
import dev.holdfast.findings.Finding;
import dev.holdfast.findings.Place;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.Rule;
import dev.holdfast.findings.Severity;
import dev.holdfast.findings.Standing;
import dev.holdfast.findings.Step;
import dev.holdfast.findings.Step.Lane;
import dev.holdfast.findings.Step.Weight;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable.Cell;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleStep;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What the schedules came to as a report of findings. */
public final class ScheduleReport {
  private static final int TITLE = 80;

  private final ToldSchedules told;
  private final ScheduleProof proof;

  private ScheduleReport(ToldSchedules told) {
    this.told = told;
    this.proof = told.proof();
  }

  public static Report of(ToldSchedules told) {
    return new ScheduleReport(told).report();
  }

  private Report report() {
    boolean decided = told.isDecided();
    List<String> notes = new ArrayList<>(proof.observations());
    notes.addAll(proof.notes());
    return new Report(
        new Report.Producer("holdfast prove", told.version()),
        title(),
        ScheduleWords.verdict(proof) + " " + sentence(ScheduleWords.claim(proof)),
        told.conclusion() == Conclusion.Kind.HOLDS,
        decided,
        List.of(
            new Figure("findings", proof.findings().size(), Ink.BAD),
            new Figure("undecided", proof.undecided(), Ink.DOUBT),
            new Figure("schedules run", proof.schedules(), Ink.PLAIN),
            new Figure("states", proof.classes(), Ink.PLAIN),
            new Figure("shared names", proof.shared().size(), Ink.PLAIN)),
        proof.findings().stream().map(this::finding).toList(),
        List.of(programs(), shared()),
        notes);
  }

  private static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
  }

  private String title() {
    Set<String> different = new LinkedHashSet<>(proof.programs());
    String all = String.join(" | ", different);
    return different.size() < proof.programs().size()
        ? all + " (" + proof.programs().size() + " at once)"
        : all;
  }

  private Report.Table programs() {
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = 0; i < proof.programs().size(); i++) {
      rows.add(List.of(new Cell(ScheduleWords.letter(i)), new Cell(proof.programs().get(i))));
    }
    return new Report.Table("The programs", List.of("", "command"), rows);
  }

  private Report.Table shared() {
    return new Report.Table(
        "What they share",
        List.of("name"),
        proof.shared().stream().map(name -> List.of(new Cell(name))).toList());
  }

  private Finding finding(ScheduleFinding finding) {
    List<String> advice = ScheduleAdvice.of(finding.kind(), told.commands());
    Row row = ScheduleAdvice.row(finding.kind());
    List<String> remarks = new ArrayList<>();
    remarks.add(
        Text.count(finding.preemptions(), "preemption") + ": none with fewer was found to fail.");
    if (!finding.again()) {
      remarks.add("Run again it did not go the same way: it depends on more than the schedule.");
    }
    String about = ScheduleWords.of(finding.kind());
    return new Finding(
            new Rule(
                ScheduleWords.rule(finding.kind()),
                about,
                "Programs that run at the same time: " + about + ".",
                String.join(" ", advice) + " (" + row + ": docs/" + row + ".md)"),
            Severity.ERROR,
            message(finding),
            new Place.Run(title(), finding.replay(), moment(finding), source(finding)),
            List.of(finding.kind().name(), Text.count(finding.preemptions(), "preemption")),
            timeline(finding),
            outcomes(finding.outcomes()),
            finding.evidence(),
            remarks,
            List.of(),
            fingerprint(finding),
            told.replay().apply(finding.replay()),
            Standing.NEW)
        .withStanding(told.standing(finding));
  }

  /** The script of the program whose step decides. */
  private Place.Source source(ScheduleFinding finding) {
    int program =
        finding.turning().isEmpty()
            ? 0
            : finding.steps().get(finding.turning().getLast()).program();
    List<List<String>> commands = told.commands();
    // Copies of the first program come first.
    int others = commands.size() - 1;
    int copies = proof.programs().size() - others;
    List<String> command = commands.get(Math.max(0, program - copies + 1));
    Place.Source script = ScriptPlace.file(command);
    Place.Source origin = told.origin();
    return script != null ? script : origin != null ? origin : ScriptPlace.program(command);
  }

  private String message(ScheduleFinding finding) {
    String steps =
        finding.turning().size() == 2
            ? " Steps "
                + (finding.turning().getFirst() + 1)
                + " and "
                + (finding.turning().getLast() + 1)
                + ": "
                + ScheduleWords.turning(finding.kind())
                + "."
            : "";
    return "Run together: " + ScheduleWords.of(finding.kind()) + "." + steps;
  }

  private static String told(ScheduleStep step) {
    return step.about().isEmpty() ? step.call() : step.call() + " " + step.about();
  }

  private static String moment(ScheduleFinding finding) {
    List<ScheduleStep> steps = finding.steps();
    if (finding.turning().isEmpty()) {
      return steps.isEmpty() ? finding.kind().name() : told(steps.getLast());
    }
    int step = finding.turning().getLast();
    return ScheduleWords.letter(steps.get(step).program())
        + ": "
        + told(steps.get(step))
        + ", step "
        + (step + 1);
  }

  /** What it is, whatever the schedule was in which it was found. */
  static String fingerprint(ScheduleFinding finding) {
    List<String> parts = new ArrayList<>(List.of(finding.kind().name()));
    finding.turning().forEach(i -> parts.add(told(finding.steps().get(i))));
    byte[] all = String.join("\n", parts).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(all).toString();
  }

  private List<Step> timeline(ScheduleFinding finding) {
    List<Lane> programs = new ArrayList<>();
    for (int i = 0; i < proof.programs().size(); i++) {
      String title = ScheduleWords.letter(i) + ": " + proof.programs().get(i);
      programs.add(Lane.program(i, Text.shorten(title, TITLE)));
    }
    Lane kernel = Lane.kernel(programs.size());
    List<Step> steps = new ArrayList<>();
    for (ScheduleLanes.Row row : new ScheduleLanes(finding, proof.shared()).rows()) {
      steps.add(
          new Step(
              programs.get(row.program()),
              row.number() == 0 ? "" : String.valueOf(row.number()),
              row.text(),
              Weight.of(row.turn(), row.key())));
      if (!row.kernel().isEmpty()) {
        steps.add(new Step(kernel, row.kernel(), "", Weight.PLAIN));
      }
    }
    return steps;
  }

  private static List<Report.Table> outcomes(ScheduleOutcomes outcomes) {
    if (outcomes.rows().isEmpty()) {
      return List.of();
    }
    List<String> columns = new ArrayList<>(List.of("", "this schedule"));
    columns.addAll(outcomes.orders());
    List<List<Cell>> rows = new ArrayList<>();
    for (ScheduleOutcomes.Row row : outcomes.rows()) {
      List<Cell> cells = new ArrayList<>();
      cells.add(new Cell(row.name()));
      cells.add(new Cell(row.here(), row.serial().contains(row.here()) ? Ink.PLAIN : Ink.BAD));
      row.serial().forEach(value -> cells.add(new Cell(value, Ink.GOOD)));
      rows.add(cells);
    }
    return List.of(new Report.Table("How it ends, and how it should", columns, rows));
  }
}
