package dev.holdfast.prove.report;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The vocabulary of schedules. */
final class ScheduleWords {
  private ScheduleWords() {}

  /** What a program is called. */
  static String letter(int program) {
    return String.valueOf((char) ('A' + program));
  }

  static String of(ScheduleFinding.Kind kind) {
    return switch (kind) {
      case NOT_SERIAL -> "no order, one after the other, ends like this";
      case DEADLOCK -> "each waits for another one, for ever";
      case TWO_HOLDERS -> "two hold the same lock at once";
      case LIVELOCK -> "none comes to an end";
      case STUCK -> "what one left behind keeps others from their work, for ever";
      case TORN -> "what one had half done when it was killed stays";
      case ORDER -> "it fails or not, as it happens which of its tasks goes first";
      case ABORTED -> "one failed because of another, and left something behind";
    };
  }

  /** The hazard of the catalogue, and which of its cases. */
  static String rule(ScheduleFinding.Kind kind) {
    return switch (kind) {
      case NOT_SERIAL -> "L01/not-serial";
      case ABORTED -> "L01/aborted";
      case ORDER -> "L01/order";
      case DEADLOCK -> "L02/deadlock";
      case LIVELOCK -> "L03/livelock";
      case TWO_HOLDERS -> "L04/two-holders";
      case STUCK -> "L04/stuck";
      case TORN -> "L04/torn";
    };
  }

  /** What the two steps whose order matters have to do with it. */
  static String turning(ScheduleFinding.Kind kind) {
    return switch (kind) {
      case NOT_SERIAL, ABORTED, LIVELOCK, ORDER -> "the two calls whose order matters";
      case DEADLOCK -> "from here on each holds what the other one waits for";
      case TWO_HOLDERS -> "each makes the lock";
      case STUCK, TORN -> "the call that is not undone, and where that shows";
    };
  }

  static String verdict(ScheduleProof proof) {
    if (!proof.findings().isEmpty()) {
      return "They disturb one another.";
    }
    return proof.undecided() > 0
        ? "Not decided: " + Text.count(proof.undecided(), "schedule") + " could not be judged."
        : "They do not disturb one another in any schedule that was tried.";
  }

  static String claim(ScheduleProof proof) {
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
              claim.bound() == Integer.MAX_VALUE
                  ? "bounded: every order of the calls that meet was tried, but for what is said"
                      + " here"
                  : "bounded: all schedules with at most "
                      + Text.count(claim.bound(), "preemption")
                      + " were tried");
      case SAMPLED -> parts.add("sampled");
    }
    if (claim.sample() != null) {
      parts.add(sample(claim.sample()));
    }
    parts.add(Text.count(proof.schedules(), "run"));
    parts.add(proof.classes() + " different states at decisions");
    return String.join("; ", parts) + (claim.why().isEmpty() ? "" : " (" + claim.why() + ")");
  }

  private static String sample(Sample sample) {
    String of =
        sample.about() > 0
            ? String.format(
                Locale.ROOT,
                " of about %,.0f essentially different ones (\u00b1%d %%)",
                sample.about(),
                sample.percent())
            : "";
    return String.format(
        Locale.ROOT,
        "%,d drawn by chance%s: a fault that takes %s would have been missed with a probability"
            + " below %.2g",
        sample.drawn(),
        of,
        Text.count(sample.depth(), "certain order") + " of two steps",
        sample.missed());
  }
}
