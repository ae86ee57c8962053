package dev.holdfast.findings.terminal;

/** Colours text for a terminal, or leaves it alone. */
public final class Painter {
  private final boolean colour;

  public Painter(boolean colour) {
    this.colour = colour;
  }

  /** The text as a reader of this output should see it. */
  public String paint(Ink ink, String text) {
    return !colour || ink == Ink.PLAIN || text.isEmpty()
        ? text
        : "\u001b[" + ink.sgr() + "m" + text + "\u001b[0m";
  }
}
