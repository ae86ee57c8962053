package dev.holdfast.prove.trace;

/** The victim cannot be started or followed; the message says why and what to do. */
public final class TraceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TraceException(String message) {
    super(message);
  }
}
