package dev.holdfast.cluster;

import java.io.IOException;

/**
 * The server that keeps the locks cannot be asked now. What was held before may be held still, or
 * lost: that is unknown until the connection is back or the loss is certain, which {@link
 * dev.holdfast.locks.Held#onLost} tells.
 */
public final class ServerAwayException extends IOException {
  private static final long serialVersionUID = 1L;

  ServerAwayException(String message) {
    super(message);
  }

  ServerAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
