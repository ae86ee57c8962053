package dev.holdfast.files.host;

import dev.holdfast.catalogue.Row;

/**
 * One thing about this host that decides how exposed programs on it are.
 *
 * @param name such as {@code fs.protected_symlinks}
 * @param value as found; empty if it could not be found out
 * @param meaning what it does, for people
 * @param advice what to do about it; empty if nothing is to be done
 * @param row the hazard or answer it belongs to
 */
public record HostSetting(
    String name, String value, Verdict verdict, String meaning, String advice, Row row) {
  /** Whether it protects. */
  public enum Verdict {
    GOOD,
    /** It leaves a hazard open that it could close. */
    WEAK,
    /** Neither good nor bad: worth knowing. */
    NOTE,
    /** It could not be found out. */
    UNKNOWN
  }
}
