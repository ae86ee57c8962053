package dev.holdfast.findings.terminal;

/** What a piece of output means to its reader, however it is shown. */
public enum Ink {
  PLAIN(""),
  /** A heading. */
  STRONG("1"),
  /** It holds. */
  GOOD("32"),
  /** It lost. */
  BAD("1;31"),
  /** Nobody knows. */
  DOUBT("33"),
  /** Less important. */
  FAINT("2");

  private final String sgr;

  Ink(String sgr) {
    this.sgr = sgr;
  }

  /** The parameters of the terminal's SGR sequence (ECMA-48); empty for none. */
  String sgr() {
    return sgr;
  }
}
