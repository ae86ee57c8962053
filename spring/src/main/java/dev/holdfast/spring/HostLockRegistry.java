package dev.holdfast.spring;

import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.remote.LockService;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.springframework.integration.support.locks.LockRegistry;

/**
 * Spring Integration's registry of locks, whose locks are ours: between the processes of this
 * machine, or of all that ask one server.
 *
 * <pre>{@code
 * @Bean
 * LockRegistry locks() {
 *   return HostLockRegistry.in(Path.of("/var/lib/app/locks"));
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> Those of {@link HostLock#asJavaLock}: equal keys are one lock in whatever
 * thread, registry and process; a thread may lock again what it holds; a lock of this machine is
 * free as soon as its process is dead. Nothing is kept in memory for a key that nobody locks, so
 * there is nothing to expire.
 *
 * <p><b>Remaining races.</b> Those of the locks. A thread that locks several keys in an order that
 * is the opposite of one that was seen is refused ({@link dev.holdfast.locks.LockOrderException})
 * rather than left to deadlock. There are no conditions. A failure of the file system or the server
 * is an {@link java.io.UncheckedIOException}.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> Spring Integration's reference, "Distributed Locks".
 */
public final class HostLockRegistry implements LockRegistry {
  private final Function<String, HostLock> locks;

  private HostLockRegistry(Function<String, HostLock> locks) {
    this.locks = locks;
  }

  /** Locks between the processes of this machine, all in one file of this directory. */
  public static HostLockRegistry in(Path directory) {
    return new HostLockRegistry(Locks.in(directory)::of);
  }

  /** Locks of a server; whoever made the connection closes it. */
  public static HostLockRegistry on(LockService service) {
    return new HostLockRegistry(service::lock);
  }

  /**
   * Locks of any kind.
   *
   * @param locks from the text of a key to its lock: the same lock for the same text
   */
  public static HostLockRegistry of(Function<String, HostLock> locks) {
    return new HostLockRegistry(locks);
  }

  /**
   * The lock of a key: its text counts, so that other processes know it too.
   *
   * @throws IllegalArgumentException for an object whose text is another one in each process
   */
  @Override
  public Lock obtain(Object lockKey) {
    return lock(lockKey).asJavaLock();
  }

  /** The same lock as Holdfast knows it: who holds it, with a time, with a token. */
  public HostLock lock(Object lockKey) {
    return locks.apply(text(lockKey));
  }

  private static String text(Object key) {
    try {
      if (key.getClass().isArray()
          || key.getClass().getMethod("toString").getDeclaringClass() == Object.class) {
        throw new IllegalArgumentException(
            key.getClass().getName()
                + " as the key of a lock: its text is another one in each process; give a text");
      }
    } catch (NoSuchMethodException e) {
      throw new AssertionError("each object has it", e);
    }
    return key.toString();
  }
}
