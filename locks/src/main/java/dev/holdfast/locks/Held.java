package dev.holdfast.locks;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * A lock that is held. Close it to let go; closing again does nothing.
 *
 * <p><b>Guarantees.</b> While it is open nobody else holds the lock, or nobody alone if it is
 * shared, as {@link HostLock} says. If that ends before it is closed, {@link #onLost} tells, and so
 * does {@link #close}. One that is forgotten holds on, and is logged with its {@link #place}.
 *
 * <p><b>Remaining races.</b> A loss is noticed after it has happened: what was done in between was
 * done beside another holder, unless the resource refuses lower {@linkplain #token tokens}.
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
   * Until when whoever gave the lock keeps it if it hears nothing from us; each contact moves it
   * on. An estimate by our clocks, in the past once the lock is lost. Empty where there is no such
   * time.
   */
  default Optional<Instant> validUntil() {
    return Optional.empty();
  }

  /**
   * Asks whether the lock is still ours: the name still leads to what is locked, the record is
   * still ours. It cannot promise the next moment.
   *
   * @throws LockLostException if it is not
   */
  void ensureValid() throws IOException;

  /**
   * Has the action run, once, soon after the lock is lost while it is held: the file was removed or
   * replaced, the kernel dropped it, or the service past one machine gave it to another. It runs in
   * the call that notices the loss (this one, {@link #ensureValid} or {@link #close}), else on a
   * virtual thread. Several actions all run; of one that throws the handler of its thread is told.
   *
   * <p>That is a push, not a promise of the moment: another may have the lock before the action
   * runs. Where the machine watches no names for us it takes about a second.
   *
   * @throws IllegalStateException if it is not held any more
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
   * Lets go. It also looks whether the lock was lost before: always for the first of several
   * holdings that follow one another within a few milliseconds, and for each that lasted longer.
   *
   * @throws java.io.UncheckedIOException if it was, with a {@link LockLostException} as its cause,
   *     unless {@link #ensureValid} or an action of {@link #onLost} told so before; or if the file
   *     that makes the lock could not be removed, or was gone. It is let go all the same
   */
  @Override
  void close();
}
