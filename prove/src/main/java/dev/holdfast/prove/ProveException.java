package dev.holdfast.prove;

/** A proof cannot be made here, or of this; the message says why and what to do. */
public final class ProveException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean wrongUse;

  public ProveException(String message) {
    super(message);
    this.wrongUse = false;
  }

  public ProveException(String message, Throwable cause) {
    super(message, cause);
    this.wrongUse = false;
  }

  private ProveException(String message, boolean wrongUse) {
    super(message);
    this.wrongUse = wrongUse;
  }

  /** The case itself makes no sense, on any machine. */
  static ProveException wrongUse(String message) {
    return new ProveException(message, true);
  }

  /** True if another case is needed, rather than another machine or another moment. */
  public boolean isWrongUse() {
    return wrongUse;
  }
}
