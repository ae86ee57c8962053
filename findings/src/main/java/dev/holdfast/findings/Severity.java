package dev.holdfast.findings;

import java.util.Locale;

/** How bad a finding is; the names are SARIF's levels. */
public enum Severity {
  /** Mend it. */
  ERROR,
  /** Look at it. */
  WARNING,
  /** Good to know. */
  NOTE;

  /** As SARIF and the compilers print it: lower case. */
  public String level() {
    return name().toLowerCase(Locale.ROOT);
  }
}
