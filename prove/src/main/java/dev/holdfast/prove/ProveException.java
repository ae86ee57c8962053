package dev.holdfast.prove;

/** A proof cannot be made here, or of this; the message says why and what to do. */
public final class ProveException extends Exception {
  private static final long serialVersionUID = 1L;

  public ProveException(String message) {
    super(message);
  }

  public ProveException(String message, Throwable cause) {
    super(message, cause);
  }
}
