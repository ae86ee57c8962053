package dev.holdfast.locks;

/**
 * A thread that holds a lock asked, blocking, for one that comes before it in the order of {@link
 * Key}: two threads that do so in opposite ways wait for each other for ever. Take both at once
 * with {@code Locks.all}, or use {@link Lock#tryAcquire}.
 */
public final class LockOrderException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  LockOrderException(String held, Place first, String wanted, Place second) {
    super(
        wanted
            + " comes before "
            + held
            + " in the order of locks: "
            + held
            + " was acquired at "
            + first
            + ", "
            + wanted
            + " was asked for at "
            + second
            + "; acquire both with Locks.all");
  }
}
