package dev.holdfast.shedlock;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.remote.LockService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import net.javacrumbs.shedlock.core.AbstractSimpleLock;
import net.javacrumbs.shedlock.core.ClockProvider;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;

/**
 * ShedLock's provider of locks, whose locks are ours: a scheduled job runs once at a time among the
 * processes of this machine, or of all that ask one server.
 *
 * <pre>{@code
 * @Bean
 * LockProvider locks() {
 *   return HostLockProvider.in(Path.of("/var/lib/app/locks"));
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> A lock is held as long as its job runs, and is free as soon as its process
 * is dead, or the server has given it away. So {@code lockAtMostFor} is not needed and does
 * nothing: a job that takes longer than was thought is not joined by a second one. Whoever wants
 * that all the same asks for {@link #lettingGoAtMost()}. {@code lockAtLeastFor} is kept as long as
 * this process lives.
 *
 * <p><b>Remaining races.</b> Those of the locks; on a server a holder that was paused may go on
 * believing in it.
 *
 * <p><b>Threads.</b> Safe for all; any thread may unlock.
 *
 * <p><b>Sources.</b> ShedLock's README.
 */
public final class HostLockProvider implements ExtensibleLockProvider {
  private final Function<String, HostLock> locks;
  private final boolean atMost;

  /** What this provider holds, by the name of the lock; the last one that had it. */
  private final Map<String, Holding> holdings = new ConcurrentHashMap<>();

  private HostLockProvider(Function<String, HostLock> locks, boolean atMost) {
    this.locks = locks;
    this.atMost = atMost;
  }

  /** Locks between the processes of this machine, all in one file of this directory. */
  public static HostLockProvider in(Path directory) {
    return of(Locks.in(directory)::of);
  }

  /** Locks of a server; whoever made the connection closes it. */
  public static HostLockProvider on(LockService service) {
    return of(service::lock);
  }

  /**
   * Locks of any kind.
   *
   * @param locks from a name to its lock: the same lock for the same name
   */
  public static HostLockProvider of(Function<String, HostLock> locks) {
    return new HostLockProvider(locks, false);
  }

  /**
   * The same locks, let go when {@code lockAtMostFor} is over, though the job may still run beside
   * the next one: as ShedLock's other providers do.
   */
  public HostLockProvider lettingGoAtMost() {
    return new HostLockProvider(locks, true);
  }

  @Override
  public Optional<SimpleLock> lock(LockConfiguration configuration) {
    String name = configuration.getName();
    Holding before = holdings.get(name);
    if (before != null) {
      // Not every timer is as punctual as whoever asks.
      before.endIfOver();
    }
    try {
      return locks.apply(name).tryAcquire().map(held -> grant(configuration, held));
    } catch (IOException e) {
      throw new LockException(name + ": cannot be locked: " + e.getMessage(), e);
    }
  }

  private SimpleLock grant(LockConfiguration configuration, Held held) {
    Holding holding = new Holding(held.detach());
    holdings.put(configuration.getName(), holding);
    return new Grant(configuration, holding);
  }

  private final class Grant extends AbstractSimpleLock {
    private final Holding holding;

    Grant(LockConfiguration configuration, Holding holding) {
      super(configuration);
      this.holding = holding;
      holding.endAt(atMost ? configuration.getLockAtMostUntil() : null);
    }

    @Override
    protected void doUnlock() {
      Instant least = Holding.toClock(lockConfiguration.getLockAtLeastUntil());
      if (ClockProvider.now().isBefore(least)) {
        holding.endAt(least);
        return;
      }
      holdings.remove(lockConfiguration.getName(), holding);
      try {
        holding.end();
      } catch (UncheckedIOException e) {
        throw new LockException(
            lockConfiguration.getName() + ": was lost while it was held: " + e.getMessage(), e);
      }
    }

    @Override
    protected Optional<SimpleLock> doExtend(LockConfiguration newConfiguration) {
      return holding.isValid()
          ? Optional.of(new Grant(newConfiguration, holding))
          : Optional.empty();
    }
  }
}
