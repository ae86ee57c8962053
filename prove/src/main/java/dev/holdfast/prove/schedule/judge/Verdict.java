package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.model.ScheduleFinding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule shows: a finding if it has a kind, else something to be noted.
 *
 * @param leaves whether something is left behind that a later run might stumble over
 */
public record Verdict(
    ScheduleFinding.@Nullable Kind kind, List<String> evidence, String note, boolean leaves) {
  static final Verdict GOOD = new Verdict(null, List.of(), "", false);

  public static Verdict found(ScheduleFinding.Kind kind, List<String> evidence) {
    return new Verdict(kind, evidence, "", false);
  }

  static Verdict noted(String what) {
    return new Verdict(null, List.of(), what, false);
  }

  Verdict thatLeaves() {
    return new Verdict(kind, evidence, note, true);
  }

  public boolean isGood() {
    return kind == null && note.isEmpty();
  }
}
