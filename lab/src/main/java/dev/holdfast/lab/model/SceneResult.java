package dev.holdfast.lab.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of a scene, in each of its languages.
 *
 * @param variants in the scene's order, at least one
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record SceneResult(Scene scene, List<VariantResult> variants) {
  public SceneResult {
    variants = List.copyOf(variants);
  }

  /** True if something ran, and in all that ran the usual way lost and Holdfast's way held. */
  public boolean ok() {
    return !isSkipped()
        && variants.stream().filter(v -> !v.isSkipped()).allMatch(VariantResult::ok);
  }

  /** True if nothing ran. */
  public boolean isSkipped() {
    return variants.stream().allMatch(VariantResult::isSkipped);
  }

  /** Why nothing ran; null if something did. */
  public @Nullable String skipped() {
    return isSkipped()
        ? variants.stream().map(VariantResult::skipped).distinct().collect(Collectors.joining("; "))
        : null;
  }

  /** The variant to show where there is room for one: the first that is not ok, or the first. */
  public Optional<VariantResult> shown() {
    List<VariantResult> ran = variants.stream().filter(v -> !v.isSkipped()).toList();
    return ran.stream().filter(v -> !v.ok()).findFirst().or(() -> ran.stream().findFirst());
  }
}
