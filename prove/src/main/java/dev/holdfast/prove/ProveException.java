package dev.holdfast.prove;

import dev.holdfast.prove.trace.TraceException;
import dev.holdfast.prove.world.WorldException;
import java.util.concurrent.ExecutionException;

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

  /** A worker has failed; people are told why, and not by which class. */
  static ProveException failed(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    boolean says = cause instanceof WorldException || cause instanceof TraceException;
    return new ProveException("a trial failed: " + (says ? cause.getMessage() : cause), cause);
  }

  /** True if another case is needed, rather than another machine or another moment. */
  public boolean isWrongUse() {
    return wrongUse;
  }
}
