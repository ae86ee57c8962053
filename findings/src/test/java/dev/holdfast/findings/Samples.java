package dev.holdfast.findings;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.TextTable;
import java.util.List;

/** Reports to write. */
final class Samples {
  static final Rule S01 = new Rule("S01", "check then use by name", "It is raced.", "Open once.");
  static final Rule S05 = new Rule("S05", "predictable name", "It is known.", "Use mkstemp.");

  private Samples() {}

  static Report report() {
    return new Report(
        new Report.Producer("holdfast prove", "1.2.3"),
        "cp '<b>&amp;'",
        "Proved: 1 race.",
        false,
        true,
        List.of(new Figure("race", 1, Ink.BAD), new Figure("survived", 0, Ink.GOOD)),
        List.of(
            new Finding(
                S01,
                Severity.ERROR,
                "It breaks.",
                new Place.Run("cp a b", "abc123", "openat \"a\", call 3 of task 0"),
                List.of("RACE", "WRITE"),
                List.of(
                    Step.victim("looks at the name", "stat \"a\""),
                    Step.intruder("puts a link <script>alert(1)</script> there", "a"),
                    Step.victim("opens it", "openat \"a\"")),
                List.of("the secret changed: \u001b[31m</p>\"'"),
                List.of("only this moment"),
                List.of(new Place.Run("cp a b", "def456", "openat \"b\", call 4 of task 0")),
                "abc123",
                "holdfast prove --replay abc123 -- cp a b"),
            new Finding(
                S05,
                Severity.WARNING,
                "A known name.",
                new Place.Source("src/a b:c.c", 7, 3),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(new Place.Source("/usr/include/x.h", 0, 0)),
                "f00",
                "")),
        List.of(
            new Report.Table(
                "Every window",
                List.of("window", "verdict"),
                List.of(
                    List.of(
                        new TextTable.Cell("abc123"), new TextTable.Cell("exploited", Ink.BAD))))),
        List.of("no user namespace"));
  }

  private static Report with(Finding finding) {
    Report whole = report();
    return new Report(
        whole.producer(),
        whole.title(),
        whole.lead(),
        whole.good(),
        whole.decided(),
        whole.figures(),
        List.of(finding),
        whole.tables(),
        whole.notes());
  }

  /** One that a line of a script makes. */
  static Report inAScript() {
    Finding first = report().findings().getFirst();
    return with(
        new Finding(
            first.rule(),
            first.severity(),
            first.message(),
            new Place.Run("cp a b", "abc123", "openat", new Place.Source("debian/postinst", 7, 0)),
            first.tags(),
            first.timeline(),
            first.evidence(),
            first.remarks(),
            first.related(),
            first.fingerprint(),
            first.replay()));
  }

  /** One that is in the baseline. */
  static Report known() {
    return with(report().findings().getFirst().withStanding(Standing.known("it is mine")));
  }

  static Comparison comparison() {
    return new Comparison(
        new Report.Producer("holdfast lab", "1.2.3"),
        "Two ways",
        "2 scenes",
        true,
        List.of(new Figure("scenes", 2, Ink.PLAIN)),
        "the usual way",
        "Holdfast's way",
        List.of(
            new Comparison.Row(
                "S01",
                "check then use",
                "C",
                new Comparison.Way("stat, fopen", "LOST", Ink.BAD, List.of("the secret changed")),
                new Comparison.Way("open, fstat", "HELD", Ink.GOOD, List.of()),
                "ok",
                Ink.GOOD,
                ""),
            new Comparison.Row(
                "S03",
                "metadata by name",
                "Java",
                new Comparison.Way("", "", Ink.FAINT, List.of()),
                new Comparison.Way("", "", Ink.FAINT, List.of()),
                "skipped",
                Ink.DOUBT,
                "no C compiler here")),
        List.of());
  }
}
