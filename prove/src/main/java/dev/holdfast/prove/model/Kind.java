package dev.holdfast.prove.model;

import org.jspecify.annotations.Nullable;

/**
 * What windows have in common that are the same fault: only the names differ.
 *
 * @param before the kind of the earlier move; null if there is none
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record Kind(Hazard hazard, String call, Strike strike, @Nullable Kind before) {
  /** Of this window. */
  public static Kind of(Window window) {
    Window before = window.before();
    return new Kind(
        window.hazard(), window.use().call(), window.strike(), before == null ? null : of(before));
  }
}
