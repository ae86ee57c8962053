package dev.holdfast.lab.model;

import org.jspecify.annotations.Nullable;

/**
 * One pair of programs in one language: the usual way and Holdfast's, under the same attack.
 *
 * @param name the language: {@code C}, {@code Java}, {@code shell}
 * @param usual null if skipped
 * @param holdfast null if skipped
 * @param skipped why it could not run here; null if it ran
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record VariantResult(
    String name,
    @Nullable Performance usual,
    @Nullable Performance holdfast,
    @Nullable String skipped) {

  public static VariantResult skipped(String name, String reason) {
    return new VariantResult(name, null, null, reason);
  }

  /** True if the usual way lost, and Holdfast's way held. */
  public boolean ok() {
    return usual != null
        && holdfast != null
        && usual.verdict() == Outcome.LOST
        && holdfast.verdict() == Outcome.HELD;
  }

  /** True if it did not run. */
  public boolean isSkipped() {
    return skipped != null;
  }
}
