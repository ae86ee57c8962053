package dev.holdfast.cli.tell;

import dev.holdfast.findings.Ink;
import dev.holdfast.findings.Painter;
import dev.holdfast.findings.Text;
import dev.holdfast.findings.TextTable;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A proof as text for people. */
public final class ProofText {
  private static final int TERM = 12;
  private static final int EXAMPLES = 3;
  private static final int EVIDENCE = 3;

  private final Telling telling;
  private final Proof proof;
  private final Painter painter;
  private final boolean verbose;
  private final StringBuilder out = new StringBuilder();

  private ProofText(Telling telling, Painter painter, boolean verbose) {
    this.telling = telling;
    this.proof = telling.proof();
    this.painter = painter;
    this.verbose = verbose;
  }

  /**
   * The whole text, ended by a newline.
   *
   * @param verbose every window by itself, also those that held
   */
  public static String of(Telling telling, Painter painter, boolean verbose) {
    ProofText text = new ProofText(telling, painter, verbose);
    text.head();
    if (telling.listed()) {
      text.windows(_ -> true, false);
    } else {
      text.exploited();
      text.unsettled();
      if (verbose) {
        text.windows(w -> w.verdict() == Verdict.SURVIVED, true);
      }
    }
    text.summary();
    return text.out.toString();
  }

  private void head() {
    String about =
        ": as "
            + proof.user()
            + ", intruder "
            + proof.attacker()
            + "; "
            + Text.count(proof.calls(), "path call")
            + " in "
            + Text.count(proof.tasks(), "task")
            + ", exit "
            + proof.exit();
    out.append(painter.paint(Ink.STRONG, Text.printable(Words.program(proof))))
        .append(Text.printable(about))
        .append("\n\n");
  }

  private void exploited() {
    for (Group group : Group.exploited(proof.windows(), verbose)) {
      exploited(group);
    }
  }

  private void exploited(Group group) {
    WindowResult result = group.first();
    Window window = result.window();
    String kind =
        String.join(", ", Words.effects(result))
            + (result.label() == null ? "" : " by " + article(result.label()));
    out.append(painter.paint(Ink.BAD, window.hazard().name()))
        .append(' ')
        .append(painter.paint(Ink.STRONG, window.hazard().title()))
        .append(": ")
        .append(painter.paint(Ink.BAD, kind.strip()))
        .append('\n');
    CallRef check = window.check();
    if (check != null) {
      entry("checked", Words.call(check) + " (" + Words.ordinal(check) + ")", Ink.PLAIN);
    }
    entry(
        "intruder",
        Words.intruder(proof, window.strike()) + ": " + Words.strike(window),
        Ink.PLAIN);
    entry("then", Words.call(window.use()) + " (" + Words.ordinal(window.use()) + ")", Ink.PLAIN);
    evidence(result.evidence());
    Label label = result.label();
    if (label != null) {
      entry("why", Words.label(label), Ink.PLAIN);
    }
    if (!result.blockedBy().isEmpty()) {
      entry("kernel", Words.blocked(result.blockedBy()), Ink.PLAIN);
    }
    entry("fix", window.hazard().advice(), Ink.GOOD);
    // Not wrapped: it is there to be copied.
    line("again", Text.printable(telling.replay().apply(window.id())), Ink.PLAIN);
    if (!group.others().isEmpty()) {
      entry(
          "likewise",
          Text.count(group.others().size(), "more window") + ": " + examples(group.others()),
          Ink.PLAIN);
    }
    out.append('\n');
  }

  /** A tree of files gives as many sentences; a few of them, and the last, say what matters. */
  private void evidence(List<String> sentences) {
    int left = sentences.size() - 1 - EVIDENCE;
    boolean all = verbose || left <= 1;
    String head = "seen";
    for (String sentence : all ? sentences : sentences.subList(0, EVIDENCE)) {
      entry(head, sentence, Ink.BAD);
      head = "";
    }
    if (!all) {
      entry("", "… " + left + " more such sentences (--verbose)", Ink.FAINT);
      entry("", sentences.getLast(), Ink.BAD);
    }
  }

  private static String article(Label label) {
    return switch (label) {
      case RACE -> "a RACE";
      case PLAIN_FOLLOW -> "PLAIN FOLLOW";
    };
  }

  private String examples(List<WindowResult> results) {
    String some =
        results.stream()
            .map(r -> Text.shorten(r.window().use().path(), 40) + " (" + r.window().id() + ")")
            .limit(EXAMPLES)
            .collect(Collectors.joining(", "));
    return results.size() <= EXAMPLES ? some : some + ", … (--verbose names them all)";
  }

  /** What is neither a break-in nor a clean bill. */
  private void unsettled() {
    for (Verdict verdict : Verdict.values()) {
      if (verdict == Verdict.EXPLOITED || verdict == Verdict.SURVIVED) {
        continue;
      }
      List<Group> groups = Group.of(proof.windows(), w -> w.verdict() == verdict, verbose);
      if (groups.isEmpty()) {
        continue;
      }
      out.append(painter.paint(Ink.DOUBT, verdict.name().replace('_', ' ')))
          .append(": ")
          .append(Words.meaning(verdict))
          .append('\n');
      for (Group group : groups) {
        Window window = group.first().window();
        String more = group.others().isEmpty() ? "" : ", and " + group.others().size() + " more";
        entry(
            window.hazard().name(),
            Words.call(window.use())
                + ", intruder: "
                + Words.strike(window)
                + " ["
                + window.id()
                + "]"
                + more,
            Ink.PLAIN);
        for (String sentence : group.first().evidence()) {
          entry("", sentence, Ink.FAINT);
        }
      }
      out.append('\n');
    }
  }

  private void windows(Predicate<WindowResult> wanted, boolean withVerdict) {
    List<WindowResult> results = proof.windows().stream().filter(wanted).toList();
    if (results.isEmpty()) {
      return;
    }
    TextTable table =
        new TextTable(
            Text.WIDTH,
            "WINDOW",
            "HAZARD",
            "CALL",
            "PATH",
            withVerdict ? "VERDICT" : "CHECKED BY",
            "STRIKE");
    for (WindowResult result : results) {
      Window window = result.window();
      CallRef check = window.check();
      table.row(
          new TextTable.Cell(window.id()),
          new TextTable.Cell(window.hazard().name()),
          new TextTable.Cell(window.use().call()),
          new TextTable.Cell(window.use().path()),
          withVerdict
              ? new TextTable.Cell(Words.verdict(result), Words.ink(result))
              : new TextTable.Cell(check == null ? "" : check.call()),
          new TextTable.Cell(window.strike().id()));
    }
    out.append(table.render(painter)).append('\n');
  }

  private void summary() {
    boolean bad = proof.count(Verdict.EXPLOITED) > 0;
    Ink ink =
        telling.listed()
            ? Ink.STRONG
            : bad ? Ink.BAD : proof.undecided() > 0 || !proof.complete() ? Ink.DOUBT : Ink.GOOD;
    out.append(painter.paint(ink, Words.outcome(telling))).append('\n');
    String counts =
        telling.listed()
            ? Text.count(proof.windows().size(), "window") + "; " + Words.pruned(proof)
            : Text.count(proof.windows().size(), "window")
                + " in "
                + Text.count(proof.trials(), "trial")
                + ": "
                + proof.races()
                + " race, "
                + proof.plainFollows()
                + " plain follow, "
                + proof.count(Verdict.REACHED)
                + " reached, "
                + proof.count(Verdict.SURVIVED)
                + " survived, "
                + proof.undecided()
                + " undecided; "
                + Words.pruned(proof);
    for (String part : Text.wrap(Text.printable(counts), Text.WIDTH)) {
      out.append(part).append('\n');
    }
  }

  private void entry(String term, String text, Ink ink) {
    String head = term;
    for (String part : Text.wrap(Text.printable(text), Text.WIDTH - TERM)) {
      line(head, part, ink);
      head = "";
    }
  }

  private void line(String term, String text, Ink ink) {
    String padded = "  " + term;
    out.append(painter.paint(Ink.FAINT, padded))
        .repeat(' ', Math.max(1, TERM - padded.length()))
        .append(painter.paint(ink, text))
        .append('\n');
  }
}
