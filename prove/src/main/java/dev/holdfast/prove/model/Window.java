package dev.holdfast.prove.model;

import org.jspecify.annotations.Nullable;

/**
 * A moment at which the intruder can act, and what it does there.
 *
 * @param id the same for the same window of the same program in each run
 * @param use the call right before which it acts
 * @param check an earlier call that looked at the same name, if there was one
 * @param directory the directory in which it changes something, printable; empty for KILL, COPY and
 *     RIVAL
 * @param entry the name in it
 * @param before the window at which the intruder acted earlier in the same run; null if there is
 *     none
 * @param fingerprint the same for the same fault also after the program was edited elsewhere: which
 *     program makes which call on what name, and what is done to it, and not which task it is or
 *     how many calls came before
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
    @Nullable Window before,
    String fingerprint) {
  /** A window of an intruder that acts once. */
  public Window(
      String id,
      Hazard hazard,
      CallRef use,
      @Nullable CallRef check,
      String directory,
      String entry,
      Strike strike,
      String fingerprint) {
    this(id, hazard, use, check, directory, entry, strike, null, fingerprint);
  }

  /** One that only its id tells from others. */
  public Window(
      String id,
      Hazard hazard,
      CallRef use,
      @Nullable CallRef check,
      String directory,
      String entry,
      Strike strike) {
    this(id, hazard, use, check, directory, entry, strike, null, id);
  }

  /** The same under another id. */
  public Window named(String itsId) {
    return new Window(itsId, hazard, use, check, directory, entry, strike, before, fingerprint);
  }

  /** The same, but after another one. */
  public Window after(Window earlier, String bothId, String both) {
    return new Window(bothId, hazard, use, check, directory, entry, strike, earlier, both);
  }
}
