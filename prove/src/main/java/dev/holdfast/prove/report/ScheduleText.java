package dev.holdfast.prove.report;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleStep;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What the schedules came to, for people: each program has a lane. */
public final class ScheduleText {
  private static final int LANE = 46;
  private static final int NAMED = 6;

  private ScheduleText() {}

  /**
   * {@return the report}
   *
   * @param replay makes the command line that runs one schedule again
   */
  public static String of(ScheduleProof proof, Function<String, String> replay) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < proof.programs().size(); i++) {
      line(text, letter(i) + "  " + Text.printable(proof.programs().get(i)));
    }
    line(text, "");
    if (proof.shared().isEmpty()) {
      line(text, "They touch nothing in common that one of them changes.");
    } else {
      line(text, "Shared: " + shared(proof.shared()));
    }
    for (ScheduleFinding each : proof.findings()) {
      finding(text, each, proof.programs().size(), replay);
    }
    if (!proof.observations().isEmpty()) {
      line(text, "");
      proof.observations().forEach(o -> line(text, "note: " + Text.printable(o)));
    }
    line(text, "");
    line(text, verdict(proof));
    line(text, claim(proof));
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line.stripTrailing()).append(System.lineSeparator());
  }

  private static String letter(int program) {
    return String.valueOf((char) ('A' + program));
  }

  private static String shared(List<String> names) {
    List<String> some = names.subList(0, Math.min(NAMED, names.size()));
    int more = names.size() - some.size();
    return Text.printable(String.join(", ", some)) + (more > 0 ? " and " + more + " more" : "");
  }

  private static void finding(
      StringBuilder text, ScheduleFinding finding, int lanes, Function<String, String> replay) {
    line(text, "");
    line(text, finding.kind() + ": " + ScheduleWords.of(finding.kind()));
    finding.evidence().forEach(e -> line(text, "  " + Text.printable(e)));
    line(text, "");
    StringBuilder head = new StringBuilder("     ");
    for (int i = 0; i < lanes; i++) {
      head.append(pad(letter(i)));
    }
    line(text, head.toString());
    int number = 0;
    for (ScheduleStep step : finding.steps()) {
      number++;
      String lane =
          String.format("%3d%s ", number, step.preempts() ? "!" : " ")
              + " ".repeat(LANE * step.program());
      line(text, lane + Text.printable(told(step)));
    }
    line(text, "");
    line(
        text,
        "  "
            + Text.count(finding.preemptions(), "preemption")
            + " (!): none with fewer was found to fail");
    if (!finding.again()) {
      line(text, "  run again it did not go the same way: it depends on more than the schedule");
    }
    line(text, "  fix: " + ScheduleWords.fix(finding.kind()));
    line(text, "  again: " + replay.apply(finding.replay()));
  }

  private static String told(ScheduleStep step) {
    String all = step.call() + (step.about().isEmpty() ? "" : " " + step.about());
    return all + (step.result().isEmpty() ? "" : " = " + step.result());
  }

  private static String pad(String letter) {
    return letter + " ".repeat(LANE - letter.length());
  }

  private static String verdict(ScheduleProof proof) {
    if (!proof.findings().isEmpty()) {
      return "They disturb one another.";
    }
    return proof.undecided() > 0
        ? "Not decided: " + Text.count(proof.undecided(), "schedule") + " could not be judged."
        : "They do not disturb one another in any schedule that was tried.";
  }

  private static String claim(ScheduleProof proof) {
    Claim claim = proof.claim();
    List<String> parts = new ArrayList<>();
    switch (claim.extent()) {
      case COMPLETE ->
          parts.add(
              proof.schedules() == 0
                  ? "complete: no schedule can matter"
                  : "complete: every order of the calls that meet was tried, or one that is"
                      + " equivalent");
      case BOUNDED ->
          parts.add(
              "bounded: all schedules with at most "
                  + Text.count(claim.bound(), "preemption")
                  + " were tried");
      case SAMPLED -> parts.add("sampled");
    }
    parts.add(Text.count(proof.schedules(), "run"));
    parts.add(proof.classes() + " different states at decisions");
    return String.join("; ", parts) + (claim.why().isEmpty() ? "" : " (" + claim.why() + ")");
  }
}
