package dev.holdfast.lab;

/** Something that a variant needs is not there; the message says what. */
final class SkipScene extends Exception {
  private static final long serialVersionUID = 1L;

  SkipScene(String reason) {
    super(reason);
  }
}
