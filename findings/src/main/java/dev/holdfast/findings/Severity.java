package dev.holdfast.findings;

import java.util.Locale;

/** How bad a finding is; the names are SARIF's levels. */
public enum Severity {
  /** Mend it. */
  ERROR("7.8"),
  /** Look at it. */
  WARNING("5.5"),
  /** Good to know. */
  NOTE("3.3");

  private final String score;

  Severity(String score) {
    this.score = score;
  }

  /**
   * As CVSS scores what a local user can do to others: high, medium and low are the words that code
   * hosts make of these.
   */
  public String score() {
    return score;
  }

  /** As SARIF and the compilers print it: lower case. */
  public String level() {
    return name().toLowerCase(Locale.ROOT);
  }
}
