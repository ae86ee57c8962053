package dev.holdfast.locks;

import java.io.IOException;

/** A lock that was acquired is not held any more, though nobody here released it. */
public final class LockLostException extends IOException {
  private static final long serialVersionUID = 1L;

  public LockLostException(String lock, String why) {
    super(lock + " was lost: " + why);
  }
}
