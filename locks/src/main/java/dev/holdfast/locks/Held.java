package dev.holdfast.locks;

import java.io.IOException;
import java.util.Optional;

/**
 * A lock that is held. Close it to let go; closing again does nothing.
 *
 * <p><b>Threads.</b> Safe for all, and not bound to the thread that acquired it: any thread may
 * close it.
 */
public interface Held extends AutoCloseable {
  /** The lock that is held. */
  HostLock lock();

  /** As it is now held: {@link #downgrade} and {@link #tryUpgrade} change it. */
  Mode mode();

  /** False once closed. */
  boolean isOpen();

  /**
   * A number that grows from each exclusive holder of this lock to the next, for a resource that
   * refuses lower ones. A shared holder gets the number of the last exclusive holder that asked.
   */
  long token() throws IOException;

  /**
   * Asks whether the lock is still ours: the name still leads to what is locked, the record is
   * still ours. It cannot promise the next moment.
   *
   * @throws LockLostException if it is not
   */
  void ensureValid() throws IOException;

  /**
   * Has the action run, once, if the loss of the lock is noticed. On one machine a loss is noticed
   * when {@link #ensureValid} is called or when the lock is released; past one machine also in
   * between.
   */
  void onLost(Runnable action);

  /**
   * From exclusive to shared, without a gap in which another writer could come in.
   *
   * @throws UnsupportedOperationException where the kind lacks {@link Capability#CONVERT}
   */
  void downgrade() throws IOException;

  /**
   * From shared to exclusive, if that is possible now and without a gap. Never waits: two holders
   * that wait for each other's share would wait for ever.
   *
   * @return false if another reader is in the way; it is then still held shared
   * @throws UnsupportedOperationException where the kind lacks {@link Capability#CONVERT}
   */
  boolean tryUpgrade() throws IOException;

  /**
   * Tells that it no longer belongs to the thread that acquired it, which may then ask for other
   * locks, or for this one, without being told that it goes against the order.
   */
  Held detach();

  /** Where it was acquired, if that was recorded. */
  Optional<Place> place();

  /**
   * Lets go.
   *
   * @throws java.io.UncheckedIOException if a lock file could not be removed; the message says
   *     which
   */
  @Override
  void close();
}
