package dev.holdfast.locks;

import dev.holdfast.locks.event.LockEvents;

/**
 * A thread asked, blocking, for a lock that it holds already: it would wait for itself. {@link
 * HostLock#reentrant} allows it; {@link Held#detach} tells that the lock now belongs to another
 * thread.
 */
public final class LockReentryException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public LockReentryException(String lock, Place first, Place second) {
    super(
        lock
            + " is already held by this thread: acquired at "
            + first
            + ", asked for again at "
            + second);
    LockEvents.refused(getMessage());
  }
}
