package dev.holdfast.prove.model;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A window with its verdict.
 *
 * @param label null unless the verdict is {@link Verdict#EXPLOITED}
 * @param blockedBy settings of the kernel that stop, or would stop, this strike
 * @param evidence what was seen, a sentence each
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record WindowResult(
    Window window,
    Verdict verdict,
    Set<Effect> effects,
    @Nullable Label label,
    List<String> blockedBy,
    List<String> evidence) {
  public WindowResult {
    effects = Set.copyOf(effects);
    blockedBy = List.copyOf(blockedBy);
    evidence = List.copyOf(evidence);
  }

  public boolean race() {
    return verdict == Verdict.EXPLOITED && label == Label.RACE;
  }

  /** True if a setting of this kernel kept the intruder out, so the program was not tested. */
  public boolean guarded() {
    return verdict == Verdict.SURVIVED && !blockedBy.isEmpty();
  }

  public boolean plainFollow() {
    return verdict == Verdict.EXPLOITED && label == Label.PLAIN_FOLLOW;
  }
}
