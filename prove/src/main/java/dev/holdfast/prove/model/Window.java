package dev.holdfast.prove.model;

import org.jspecify.annotations.Nullable;

/**
 * A moment at which the intruder can act, and what he does there.
 *
 * @param id the same for the same window of the same program in each run
 * @param use the call right before which he acts
 * @param check an earlier call that looked at the same name, if there was one
 * @param directory the directory in which he changes something, printable; empty for KILL, COPY and
 *     RIVAL
 * @param entry the name in it
 * @param before the window at which the intruder acted earlier in the same run; null if there is
 *     none
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record Window(
    String id,
    Hazard hazard,
    CallRef use,
    @Nullable CallRef check,
    String directory,
    String entry,
    Strike strike,
    @Nullable Window before) {
  /** A window of an intruder that acts once. */
  public Window(
      String id,
      Hazard hazard,
      CallRef use,
      @Nullable CallRef check,
      String directory,
      String entry,
      Strike strike) {
    this(id, hazard, use, check, directory, entry, strike, null);
  }

  /** The same under another id. */
  public Window named(String itsId) {
    return new Window(itsId, hazard, use, check, directory, entry, strike, before);
  }

  /** The same, but after another one. */
  public Window after(Window earlier, String bothId) {
    return new Window(bothId, hazard, use, check, directory, entry, strike, earlier);
  }
}
