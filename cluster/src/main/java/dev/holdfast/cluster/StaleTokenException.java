package dev.holdfast.cluster;

import java.io.IOException;

/**
 * A resource has seen a newer holder: whoever has this token has lost the lock, or never had it.
 */
public final class StaleTokenException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offered;
  private final long seen;

  public StaleTokenException(String resource, long offered, long seen) {
    super(resource + ": refused: token " + offered + " is older than " + seen + ", which was here");
    this.offered = offered;
    this.seen = seen;
  }

  /** The one that was refused. */
  public long offered() {
    return offered;
  }

  /** The newest one so far. */
  public long seen() {
    return seen;
  }
}
