package dev.holdfast.locks;

import java.io.IOException;

/**
 * The last exclusive holder died, and what the lock guards was not repaired since. See {@link
 * dev.holdfast.locks.memory.SharedMemoryLock#repairedBy}.
 */
public final class LockPoisonedException extends IOException {
  private static final long serialVersionUID = 1L;

  public LockPoisonedException(String lock) {
    super(lock + ": its holder died while it held it exclusively, and there is no repair");
  }
}
