package dev.holdfast.lab.stage;

/** Something that a variant needs is not there; the message says what. */
public final class SkipScene extends Exception {
  private static final long serialVersionUID = 1L;

  public SkipScene(String reason) {
    super(reason);
  }
}
