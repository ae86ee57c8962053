package dev.holdfast.locks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A lock between processes and between the threads of this one.
 *
 * <pre>{@code
 * try (Held held = lock.acquire(Duration.ofSeconds(5))) {
 *   store.write(data, held.token());
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> While a {@link Held} in {@link Mode#EXCLUSIVE} is open, nobody who asks
 * through the same kind of lock for the same {@link Key} has one, in whatever thread or process;
 * how it ends when its holder dies is its {@link Contract}. Threads of one Java process are served
 * in the order in which they came.
 *
 * <p><b>Remaining races.</b> Locks of this package are advisory: a program that does not ask is not
 * stopped (L07), and one that asks with another kind of lock may not be either (L08). Each kind's
 * page says the rest.
 *
 * <p><b>Threads.</b> Safe for all. Waits are interruptible, keep to their deadline, leave nothing
 * behind, and never pin the carrier of a virtual thread. Not re-entrant: see {@link #reentrant}.
 */
public interface HostLock {
  /** The path, or whatever else names it, for people. */
  String name();

  Kind kind();

  Contract contract();

  Set<Capability> capabilities();

  /** The mode in which this object acquires. */
  Mode mode();

  /**
   * The identity of what is locked. Where that is a file, it is made if it is not there.
   *
   * @throws IOException if the file cannot be made or may not be used
   */
  Key key() throws IOException;

  /**
   * Takes it if that is possible now; empty if it is busy, also if this thread has it itself. Never
   * waits.
   */
  Optional<Held> tryAcquire() throws IOException;

  /**
   * Waits for it, at most so long; empty if it was not granted in time. A time of zero or less is
   * {@link #tryAcquire()}.
   *
   * @throws InterruptedException as {@link #acquire()}
   * @throws LockReentryException as {@link #acquire()}
   * @throws LockOrderException as {@link #acquire()}
   */
  default Optional<Held> tryAcquire(Duration timeout) throws IOException, InterruptedException {
    return attempt(timeout).held();
  }

  /**
   * Waits for it, for ever if need be: whoever may open a lock file can hold its lock (L12). A
   * program that must go on gives a time.
   *
   * @throws InterruptedException if the thread was interrupted before it was granted
   * @throws LockReentryException if this thread holds it already; to share again what it shares is
   *     granted
   * @throws LockOrderException if this thread holds another lock, and the opposite order was seen;
   *     see {@link LockOrder}
   */
  Held acquire() throws IOException, InterruptedException;

  /**
   * {@link #tryAcquire(Duration)} for those who want to know who holds it if it was not granted.
   */
  Outcome attempt(Duration timeout) throws IOException, InterruptedException;

  /**
   * Waits for it, at most so long.
   *
   * @throws LockTimeoutException if it was not granted in time; it tells who holds it
   */
  default Held acquire(Duration timeout) throws IOException, InterruptedException {
    return attempt(timeout).orThrow();
  }

  /** What is done under a lock. */
  @FunctionalInterface
  interface Guarded<T, E extends Exception> {
    T run(Held held) throws E;
  }

  /**
   * Waits for it, at most so long, does something, and lets go, whatever comes of it.
   *
   * @return what the action gives
   * @throws LockTimeoutException if it was not granted in time; nothing was done
   * @throws E what the action throws
   * @throws java.io.UncheckedIOException as {@link Held#close}: the action was done, and somebody
   *     else may have held the lock meanwhile
   */
  default <T, E extends Exception> T withLock(Duration timeout, Guarded<T, E> action)
      throws E, IOException, InterruptedException {
    try (Held held = acquire(timeout)) {
      return action.run(held);
    }
  }

  /** The same lock, acquired in shared mode. */
  HostLock shared();

  /** The same lock, acquired in exclusive mode. */
  HostLock exclusive();

  /**
   * The same lock on a part of the file; length 0 means to the end, wherever that will be.
   *
   * @throws UnsupportedOperationException where the kind lacks {@link Capability#RANGES}
   */
  default HostLock range(long start, long length) {
    throw new UnsupportedOperationException(
        name() + ": " + kind().titleWithArticle() + " has no " + Capability.RANGES);
  }

  /**
   * The same lock, whose file is made with these permissions, such as 0660, if it is not there.
   *
   * @throws IllegalArgumentException for more than permissions, such as 660 without the 0
   * @throws UnsupportedOperationException where the kind has no permanent file
   */
  default HostLock permissions(int permissions) {
    throw new UnsupportedOperationException(
        name() + ": " + kind().titleWithArticle() + " has no permissions of its own");
  }

  /**
   * The same lock, whose file is given to this group if it is not there and has to be made; its
   * members may then lock it too. With permissions 0660 unless others were asked for.
   *
   * @throws UnsupportedOperationException where the kind has no permanent file
   */
  default HostLock group(int gid) {
    throw new UnsupportedOperationException(
        name() + ": " + kind().titleWithArticle() + " has no group of its own");
  }

  /**
   * The same lock, granted across processes in the order of asking, among those who ask through
   * {@code fair()}. Slower.
   */
  HostLock fair();

  /** The same lock, which a thread that holds it may acquire again. */
  default HostLock reentrant() {
    return new ReentrantView(this);
  }

  /**
   * The same lock as {@code java.util.concurrent} knows it: re-entrant, bound to the thread. What
   * one such object of a lock has locked another one can unlock. An {@link IOException} becomes an
   * {@link java.io.UncheckedIOException}; there are no conditions.
   */
  default java.util.concurrent.locks.Lock asJavaLock() {
    return new JavaLock(reentrant());
  }

  /**
   * Both modes of this lock as {@code java.util.concurrent} knows them; each as {@link
   * #asJavaLock}. A thread that writes may read as well, and goes on reading when it has let go of
   * the writing; one that reads cannot write without letting go.
   *
   * @throws UnsupportedOperationException where the kind lacks {@link Capability#SHARED}
   */
  default java.util.concurrent.locks.ReadWriteLock asReadWriteLock() {
    return JavaLock.Pair.of(this);
  }

  /** Who holds it, as far as can be known; empty if nobody does. Makes no file. */
  List<Holder> holders() throws IOException;
}
