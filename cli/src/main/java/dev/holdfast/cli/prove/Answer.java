package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.JunitXmlWriter.Outcome;
import dev.holdfast.findings.JunitXmlWriter.Subject;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.prove.report.Conclusion;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What came of one case, whatever kind of proof it was.
 *
 * @param name what people know the case by
 * @param expected how it should come out
 * @param conclusion how it came out
 * @param listed whether nothing was tried, so that there is no conclusion
 * @param text the whole of it, for people
 * @param json the same for machines; null if there is nothing, since it could not be run
 * @param broken what the intruder gained, known or not
 * @param doubts why it could not be decided
 * @param notes what else to know
 */
record Answer(
    String name,
    Expected expected,
    Conclusion.Kind conclusion,
    boolean listed,
    Report report,
    Function<Painter, String> text,
    Json.@Nullable Body json,
    List<Baseline.Entry> broken,
    List<String> doubts,
    List<String> notes) {

  /** One that could not be run. */
  static Answer refused(String name, Expected expected, String version, String why) {
    Report report =
        new Report(
            new Report.Producer("holdfast prove", version),
            name,
            why,
            false,
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(why));
    return new Answer(
        name,
        expected,
        Conclusion.Kind.UNDECIDED,
        false,
        report,
        _ -> "",
        null,
        List.of(),
        List.of(why),
        List.of());
  }

  /** The exit status that it comes to by itself. */
  int exit() {
    if (listed) {
      return ExitCode.OK;
    }
    return switch (conclusion) {
      case UNDECIDED -> ExitCode.UNDECIDED;
      case HOLDS -> expected == Expected.SURVIVE ? ExitCode.OK : ExitCode.NO;
      case BROKEN -> expected == Expected.BROKEN ? ExitCode.OK : ExitCode.NO;
    };
  }

  /** In a word or two, beside what was expected if that is not the usual. */
  String outcome() {
    String word =
        switch (conclusion) {
          case HOLDS -> "held";
          case BROKEN -> "broken";
          case UNDECIDED -> "not decided";
        };
    return expected == Expected.BROKEN
        ? word + (exit() == ExitCode.OK ? ", as expected" : ", and was expected to be broken")
        : word;
  }

  Subject subject() {
    Outcome outcome =
        switch (exit()) {
          case ExitCode.OK -> Outcome.PASSED;
          case ExitCode.NO -> Outcome.FAILED;
          default -> Outcome.UNDECIDED;
        };
    String message = doubts.isEmpty() ? outcome() : outcome() + ": " + String.join("; ", doubts);
    return new Subject(
        name, outcome, message, json == null ? message : text.apply(new Painter(false)));
  }
}
