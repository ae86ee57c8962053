package dev.holdfast.prove.report;

import dev.holdfast.findings.Place;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.LeftOut;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A proof as text for people. */
public final class ProofText {
  private static final int TERM = 12;
  private static final int EXAMPLES = 3;
  private static final int EVIDENCE = 3;
  private static final int KINDS = 12;

  private final ToldProof told;
  private final Proof proof;
  private final Painter painter;
  private final boolean verbose;
  private final StringBuilder out = new StringBuilder();

  private ProofText(ToldProof told, Painter painter, boolean verbose) {
    this.told = told;
    this.proof = told.proof();
    this.painter = painter;
    this.verbose = verbose;
  }

  /**
   * The whole text, ended by a newline.
   *
   * @param verbose every window by itself, also those that held
   */
  public static String of(ToldProof told, Painter painter, boolean verbose) {
    ProofText text = new ProofText(told, painter, verbose);
    text.head();
    if (told.listed()) {
      text.listed();
    } else {
      text.exploited();
      text.known();
      text.unsettled();
      if (verbose) {
        text.survived();
      }
      text.leftOut();
    }
    text.summary();
    return text.out.toString();
  }

  /** What came of one window, in a line: for whoever does not want to wait for the whole. */
  public static String brief(WindowResult result) {
    Window window = result.window();
    String label = result.label() == null ? "" : " by " + article(result.label());
    return window.hazard().name()
        + " "
        + window.hazard().title()
        + ": "
        + String.join(", ", ProofWords.effects(result))
        + label
        + " at "
        + ProofWords.call(window.use());
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
    out.append(painter.paint(Ink.STRONG, Text.printable(ProofWords.program(proof))))
        .append(Text.printable(about))
        .append("\n\n");
  }

  private void exploited() {
    for (Group group : Group.exploited(told.open().windows(), verbose)) {
      exploited(group);
    }
  }

  /** What the baseline has, one line for each. */
  private void known() {
    if (told.knownOnes() == 0) {
      return;
    }
    out.append(painter.paint(Ink.DOUBT, "KNOWN"))
        .append(": the intruder gained something, and the baseline says so\n");
    for (WindowResult result : proof.windows()) {
      if (told.isKnown(result)) {
        Window window = result.window();
        String reason = told.standing(result).reason();
        entry(
            window.hazard().name(),
            ProofWords.call(window.use())
                + ", intruder: "
                + ProofWords.strike(window)
                + " ["
                + window.id()
                + "]"
                + (reason.isEmpty() ? "" : ": " + reason),
            Ink.PLAIN);
      }
    }
    out.append('\n');
  }

  private void exploited(Group group) {
    WindowResult result = group.first();
    Window window = result.window();
    String kind =
        String.join(", ", ProofWords.effects(result))
            + (result.label() == null ? "" : " by " + article(result.label()));
    out.append(painter.paint(Ink.BAD, window.hazard().name()))
        .append(' ')
        .append(painter.paint(Ink.STRONG, window.hazard().title()))
        .append(": ")
        .append(painter.paint(Ink.BAD, kind.strip()))
        .append('\n');
    Window before = window.before();
    if (before != null) {
      entry(
          "first",
          ProofWords.intruder(proof, before.strike()) + ": " + ProofWords.strike(before),
          Ink.PLAIN);
      entry(
          "then",
          ProofWords.call(before.use()) + " (" + ProofWords.ordinal(before.use()) + ")",
          Ink.PLAIN);
    }
    CallRef check = window.check();
    if (check != null) {
      entry("checked", ProofWords.call(check) + " (" + ProofWords.ordinal(check) + ")", Ink.PLAIN);
    }
    entry(
        "intruder",
        ProofWords.intruder(proof, window.strike()) + ": " + ProofWords.strike(window),
        Ink.PLAIN);
    entry(
        "then",
        ProofWords.call(window.use()) + " (" + ProofWords.ordinal(window.use()) + ")",
        Ink.PLAIN);
    by(window);
    evidence(result.evidence());
    Label label = result.label();
    if (label != null) {
      entry("why", ProofWords.label(label), Ink.PLAIN);
    }
    if (!result.blockedBy().isEmpty()) {
      entry("kernel", ProofWords.blocked(result.blockedBy()), Ink.PLAIN);
    }
    entry("fix", Advice.of(proof.argv(), window), Ink.GOOD);
    // Not wrapped: it is there to be copied.
    line("again", Text.printable(told.replay().apply(window.id())), Ink.PLAIN);
    if (!group.others().isEmpty()) {
      entry(
          "likewise",
          Text.count(group.others().size(), "more window") + ": " + examples(group.others()),
          Ink.PLAIN);
    }
    out.append('\n');
  }

  /** Whoever makes the calls: one line, if it is the same. */
  private void by(Window window) {
    String doer = ProofWords.doer(window.use());
    CallRef check = window.check();
    String other = check == null ? "" : ProofWords.doer(check);
    if (!doer.isEmpty()) {
      entry("by", doer, Ink.PLAIN);
    }
    Place.Source source = ScriptPlace.of(proof.argv(), told.scripts(), window.use());
    if (source != null && source.line() > 0) {
      entry("at", source.describe(), Ink.PLAIN);
    }
    if (!other.isEmpty() && !other.equals(doer)) {
      entry("", "checked by " + other, Ink.PLAIN);
    }
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
      if (verdict == Verdict.EXPLOITED
          || verdict == Verdict.SURVIVED
          || (verdict == Verdict.TAKEN_IN && !verbose)) {
        continue;
      }
      boolean folded = verdict == Verdict.REACHED && !verbose;
      List<WindowResult> all =
          proof.windows().stream().filter(w -> w.verdict() == verdict).toList();
      List<Group> groups =
          Group.of(all, w -> !folded || StartUp.runtime(w.window()) == null, verbose);
      if (all.isEmpty()) {
        continue;
      }
      out.append(painter.paint(Ink.DOUBT, verdict.name().replace('_', ' ')))
          .append(": ")
          .append(ProofWords.meaning(verdict))
          .append('\n');
      for (Group group : groups) {
        Window window = group.first().window();
        String more = group.others().isEmpty() ? "" : ", and " + group.others().size() + " more";
        entry(
            window.hazard().name(),
            ProofWords.call(window.use())
                + ", intruder: "
                + ProofWords.strike(window)
                + " ["
                + window.id()
                + "]"
                + more,
            Ink.PLAIN);
        for (String sentence : group.first().evidence()) {
          entry("", sentence, Ink.FAINT);
        }
      }
      if (folded) {
        StartUp.sentences(all).forEach(sentence -> entry("start-up", sentence, Ink.FAINT));
      }
      out.append('\n');
    }
  }

  private void survived() {
    TextTable table = table("VERDICT");
    for (WindowResult result : proof.windows()) {
      if (result.verdict() == Verdict.SURVIVED) {
        row(
            table,
            result.window(),
            new TextTable.Cell(ProofWords.verdict(result), ProofWords.ink(result)));
      }
    }
    table(table, proof.count(Verdict.SURVIVED));
  }

  private void listed() {
    TextTable table = table("CHECKED BY");
    for (Window window : proof.listed()) {
      CallRef check = window.check();
      row(table, window, new TextTable.Cell(check == null ? "" : check.call()));
    }
    table(table, proof.listed().size());
  }

  /** Of which kinds the windows were not all tried; the largest first. */
  private void leftOut() {
    List<LeftOut> kinds =
        proof.leftOut().stream()
            .sorted(Comparator.comparingInt(LeftOut::windows).reversed())
            .toList();
    if (kinds.isEmpty()) {
      return;
    }
    out.append("Of these kinds ")
        .append(Text.count(proof.leftOutTotal(), "window"))
        .append(" more ")
        .append(proof.leftOutTotal() == 1 ? "was" : "were")
        .append(" not tried; --all tries each:\n");
    TextTable table =
        new TextTable(Text.WIDTH, "HAZARD", "CALL", "LIKE", "STRIKE", "TRIED", "LEFT OUT");
    for (LeftOut kind : verbose ? kinds : kinds.subList(0, Math.min(KINDS, kinds.size()))) {
      table.row(
          new TextTable.Cell(kind.like().hazard().name()),
          new TextTable.Cell(kind.like().use().call()),
          new TextTable.Cell(kind.like().use().path()),
          new TextTable.Cell(kind.like().strike().id()),
          new TextTable.Cell(Integer.toString(kind.tried())),
          new TextTable.Cell(Integer.toString(kind.windows())));
    }
    out.append(table.render(painter));
    if (!verbose && kinds.size() > KINDS) {
      out.append("… ").append(kinds.size() - KINDS).append(" more kinds (--verbose)\n");
    }
    out.append('\n');
  }

  private static TextTable table(String column) {
    return new TextTable(Text.WIDTH, "WINDOW", "HAZARD", "CALL", "PATH", column, "STRIKE");
  }

  private static void row(TextTable table, Window window, TextTable.Cell cell) {
    table.row(
        new TextTable.Cell(window.id()),
        new TextTable.Cell(window.hazard().name()),
        new TextTable.Cell(window.use().call()),
        new TextTable.Cell(window.use().path()),
        cell,
        new TextTable.Cell(window.strike().id()));
  }

  private void table(TextTable table, long rows) {
    if (rows > 0) {
      out.append(table.render(painter)).append('\n');
    }
  }

  private void summary() {
    Ink ink =
        told.listed()
            ? Ink.STRONG
            : switch (told.conclusion().kind()) {
              case BROKEN -> Ink.BAD;
              case UNDECIDED -> Ink.DOUBT;
              case HOLDS -> Ink.GOOD;
            };
    for (String part : Text.wrap(Text.printable(ProofWords.outcome(told)), Text.WIDTH)) {
      out.append(painter.paint(ink, part)).append('\n');
    }
    String counts =
        told.listed()
            ? Text.count(proof.listed().size(), "window") + "; " + ProofWords.pruned(proof)
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
                + (proof.count(Verdict.TAKEN_IN) > 0
                    ? proof.count(Verdict.TAKEN_IN) + " taken in, "
                    : "")
                + proof.count(Verdict.SURVIVED)
                + " survived"
                + (proof.guarded() > 0 ? " (" + proof.guarded() + " by this host's guards)" : "")
                + ", "
                + proof.undecided()
                + " undecided"
                + (proof.leftOutTotal() > 0 ? ", " + proof.leftOutTotal() + " left out" : "")
                + "; "
                + ProofWords.pruned(proof);
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
