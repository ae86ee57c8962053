package dev.holdfast.cluster;

import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.remote.LockService;
import dev.holdfast.locks.remote.LockState;
import dev.holdfast.locks.remote.RemoteKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Locks on a PostgreSQL server: session advisory locks (K18).
 *
 * <pre>{@code
 * try (PostgresLocks locks = PostgresLocks.connect(PostgresSettings.of("db:5432/app"));
 *     Held held = locks.lock("nightly").acquire(Duration.ofMinutes(1))) {
 *   store.write(data, held.token());
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> {@link dev.holdfast.locks.Contract#LEASE}. The server grants a lock to one
 * session at a time, or to its readers, about in the order of asking. Each lock that is held has a
 * connection of its own, and is lost with it: a loss is told within a heartbeat and the time that
 * an answer may take. The token is a counter in a table of the database, raised after the grant by
 * the session that holds the lock; above it the server's timeline, so that it grows over a
 * fail-over too.
 *
 * <p><b>Remaining races.</b> The server gives a lock away when it notices that the connection is
 * gone, and all of them when it restarts or a replica takes its place; a holder that is paused then
 * goes on believing in it: only a resource that refuses older tokens keeps it out. A primary that
 * was cut off and goes on serving beside the new one grants the same locks: shut it off first. The
 * number of permits of a semaphore is not written down anywhere: all must ask for the same.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> PostgreSQL manual, advisory locks, {@code lock_timeout}, {@code
 * client_connection_check_interval}; PgBouncer, features by pool mode.
 */
public final class PostgresLocks implements LockService {
  /** What it is called. */
  public static final RemoteKind KIND = ClusterKinds.POSTGRESQL;

  private final PostgresEngine engine;

  private PostgresLocks(PostgresEngine engine) {
    this.engine = engine;
  }

  /**
   * The settings in words: {@code user} and {@code password}, {@code reply-timeout} and {@code
   * heartbeat} in milliseconds, {@code session-pooler} (true or false); what begins with {@code
   * ssl} is a property of the driver.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static PostgresSettings settings(String at, Map<String, String> words) {
    PostgresSettings settings = PostgresSettings.of(at);
    for (Map.Entry<String, String> word : words.entrySet()) {
      String value = word.getValue();
      settings =
          switch (word.getKey()) {
            case "user" -> settings.withUser(value, settings.password());
            case "password" -> settings.withUser(settings.user(), value);
            case "reply-timeout" -> settings.withTimes(Words.millis(word), settings.heartbeat());
            case "heartbeat" -> settings.withTimes(settings.replyTimeout(), Words.millis(word));
            case "session-pooler" -> Words.yes(word) ? settings.throughSessionPooler() : settings;
            // Others are told our process and machine, and need no more.
            case "description" -> settings;
            default -> {
              if (!word.getKey().startsWith("ssl")) {
                throw new IllegalArgumentException("no setting of PostgreSQL: " + word.getKey());
              }
              yield settings.withDriver(word.getKey(), value);
            }
          };
    }
    return settings;
  }

  /**
   * Connects.
   *
   * @throws IOException if the server does not answer in time, refuses us, is too old, only lets
   *     read, or if there is a pooler in between
   */
  public static PostgresLocks connect(PostgresSettings settings) throws IOException {
    return new PostgresLocks(new PostgresEngine(settings));
  }

  /** The lock of this name; {@code #NUMBER} is the advisory lock of that number. */
  @Override
  public HostLock lock(String name) {
    PostgresKey.ofName(name);
    return new ClusterLock(engine, KIND, name, Mode.EXCLUSIVE, 0);
  }

  @Override
  public HostLock semaphore(String name, int permits) {
    return ClusterLock.semaphore(engine, KIND, name, permits);
  }

  @Override
  public List<LockState> states() throws IOException {
    return engine.states();
  }

  @Override
  public List<String> examine() throws IOException {
    List<String> found = new ArrayList<>();
    PostgresSettings settings = engine.settings();
    found.add("connected to " + settings + " as " + settings.user() + ", without a pooler");
    String name = "holdfast-doctor-" + ProcessHandle.current().pid();
    long first;
    try (var held = lock(name).acquire(Duration.ofMinutes(1))) {
      first = held.token();
      held.ensureValid();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(settings + ": interrupted", e);
    }
    try (var held = lock(name).tryAcquire().orElseThrow()) {
      if (held.token() <= first) {
        throw new IOException("tokens do not grow: " + held.token() + " after " + first);
      }
    }
    found.add("a lock was taken and let go twice, and its token grew");
    return found;
  }

  /** For tests: how many locks are held or asked for. */
  int inUse() {
    return engine.queues();
  }

  /** Lets go of all that is held by it. */
  @Override
  public void close() {
    engine.close();
  }

  @Override
  public String toString() {
    return "PostgreSQL at " + engine.settings();
  }
}
