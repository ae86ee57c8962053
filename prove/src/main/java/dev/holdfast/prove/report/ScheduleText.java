package dev.holdfast.prove.report;

import dev.holdfast.findings.Standing;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable;
import dev.holdfast.findings.terminal.TextTable.Cell;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.report.ScheduleLanes.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * What the schedules came to, for people: each program has a lane, and the kernel one. No line is
 * wider than {@link Text#WIDTH}, but for the command that runs a schedule again.
 */
public final class ScheduleText {
  private static final int NUMBER = 6;
  private static final int NAMED = 6;
  private static final String INDENT = "  ";

  private final ToldSchedules told;
  private final ScheduleProof proof;
  private final Painter painter;
  private final StringBuilder text = new StringBuilder();

  private ScheduleText(ToldSchedules told, Painter painter) {
    this.told = told;
    this.proof = told.proof();
    this.painter = painter;
  }

  /** {@return the report} */
  public static String of(ToldSchedules told, Painter painter) {
    return new ScheduleText(told, painter).all();
  }

  private String all() {
    for (int i = 0; i < proof.programs().size(); i++) {
      wrapped(ScheduleWords.letter(i) + INDENT, proof.programs().get(i));
    }
    line("");
    if (proof.shared().isEmpty()) {
      line("They touch nothing in common that one of them changes.");
    } else {
      wrapped("", "Shared: " + shared(proof.shared()));
    }
    proof.findings().forEach(this::finding);
    if (!proof.observations().isEmpty()) {
      line("");
      proof.observations().forEach(o -> wrapped("note: ", o));
    }
    line("");
    line(
        painter.paint(
            told.conclusion() == Conclusion.Kind.BROKEN ? Ink.BAD : Ink.GOOD,
            ScheduleWords.verdict(proof)));
    wrapped("", ScheduleWords.claim(proof));
    return text.toString();
  }

  private void line(String line) {
    text.append(line.stripTrailing()).append(System.lineSeparator());
  }

  /** Lines behind a word that stands only before the first. */
  private void wrapped(String first, String sentence) {
    String before = first;
    for (String line : Text.wrap(Text.printable(sentence), Text.WIDTH - first.length())) {
      line(before + line);
      before = " ".repeat(first.length());
    }
  }

  private static String shared(List<String> names) {
    List<String> some = names.subList(0, Math.min(NAMED, names.size()));
    int more = names.size() - some.size();
    return String.join(", ", some) + (more > 0 ? " and " + more + " more" : "");
  }

  private void finding(ScheduleFinding finding) {
    line("");
    line(painter.paint(Ink.BAD, finding.kind().name()) + ": " + ScheduleWords.of(finding.kind()));
    Standing standing = told.standing(finding);
    if (standing.known()) {
      wrapped(
          INDENT,
          "known to the baseline, and not counted"
              + (standing.reason().isEmpty() ? "" : ": " + standing.reason()));
    }
    if (finding.outcomes().rows().isEmpty()) {
      finding.evidence().forEach(e -> wrapped(INDENT, e));
    } else {
      outcomes(finding.outcomes());
    }
    line("");
    lanes(finding);
    line("");
    if (!finding.turning().isEmpty()) {
      line(INDENT + "* " + ScheduleWords.turning(finding.kind()));
    }
    if (finding.preemptions() > 0) {
      line(INDENT + "! the turn is taken from one who could have gone on");
    }
    wrapped(
        INDENT,
        Text.count(finding.preemptions(), "preemption") + ": none with fewer was found to fail");
    if (!finding.again()) {
      wrapped(INDENT, "run again it did not go the same way: it depends on more than the schedule");
    }
    String fix = "  fix: ";
    for (String advice : ScheduleAdvice.of(finding.kind(), told.commands())) {
      wrapped(fix, advice);
      fix = " ".repeat(fix.length());
    }
    String row = ScheduleAdvice.row(finding.kind()).name();
    line(" ".repeat(fix.length()) + row + ": docs/" + row + ".md");
    line("  again: " + told.replay().apply(finding.replay()));
  }

  private void outcomes(ScheduleOutcomes outcomes) {
    List<String> headings = new ArrayList<>(List.of("", "this schedule"));
    headings.addAll(outcomes.orders());
    TextTable table = new TextTable(Text.WIDTH - INDENT.length(), headings.toArray(String[]::new));
    for (ScheduleOutcomes.Row row : outcomes.rows()) {
      List<Cell> cells = new ArrayList<>();
      cells.add(new Cell(row.name()));
      cells.add(new Cell(row.here(), row.serial().contains(row.here()) ? Ink.PLAIN : Ink.BAD));
      row.serial().forEach(value -> cells.add(new Cell(value)));
      table.row(cells.toArray(Cell[]::new));
    }
    table.render(painter).lines().forEach(each -> line(INDENT + each));
  }

  private void lanes(ScheduleFinding finding) {
    ScheduleLanes lanes = new ScheduleLanes(finding, proof.shared());
    List<Row> rows = lanes.shortened();
    int programs = proof.programs().size();
    boolean kernel = rows.stream().anyMatch(row -> !row.kernel().isEmpty());
    // The kernel says little.
    int all = Text.WIDTH - NUMBER;
    int last = kernel ? all / (programs + 2) : 0;
    int width = (all - last) / programs;
    if (!lanes.directory().isEmpty()) {
      wrapped(INDENT, "in " + lanes.directory());
    }
    StringBuilder head = new StringBuilder(" ".repeat(NUMBER));
    for (int i = 0; i < programs; i++) {
      head.append(pad(ScheduleWords.letter(i), width));
    }
    line(head + (kernel ? "kernel" : ""));
    for (Row row : rows) {
      row(row, programs, width, last);
    }
  }

  private void row(Row row, int programs, int width, int last) {
    List<String> calls = cell(row.text(), width);
    List<String> answers = last == 0 ? List.of() : cell(row.kernel(), last);
    String number = row.number() == 0 ? "" : String.format("%3d", row.number());
    String marks = (row.turn() ? "!" : "") + (row.key() ? "*" : "");
    for (int i = 0; i < Math.max(calls.size(), answers.size()); i++) {
      String call = i < calls.size() ? (i > 0 ? INDENT : "") + calls.get(i) : "";
      String left =
          (i == 0 ? pad(pad(number, 3) + marks, NUMBER) : " ".repeat(NUMBER))
              + " ".repeat(width * row.program())
              + (row.key() && !call.isEmpty() ? painter.paint(Ink.BAD, call) : call);
      int rest = width * (programs - row.program()) - call.codePointCount(0, call.length());
      String answer = i < answers.size() ? " ".repeat(rest) + answers.get(i) : "";
      line(left + answer);
    }
  }

  private static List<String> cell(String text, int width) {
    return text.isEmpty()
        ? List.of()
        : Text.wrap(Text.printable(text), width - 1 - INDENT.length());
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.codePointCount(0, text.length())));
  }
}
