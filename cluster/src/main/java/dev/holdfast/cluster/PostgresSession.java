package dev.holdfast.cluster;

import dev.holdfast.locks.Mode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.postgresql.PGStatement;

/**
 * One session of the server, with at most one lock: it ends with the session, and the server ends
 * the session when it notices that the connection is gone.
 *
 * <p><b>Threads.</b> One statement at a time; {@link #cancel} and {@link #abort} from any thread.
 */
final class PostgresSession implements AutoCloseable {
  /** {@code lock_not_available}: the lock time-out. */
  private static final String LOCK_TIMEOUT = "55P03";

  /** {@code query_canceled}: by {@link #cancel}. */
  private static final String CANCELLED = "57014";

  private static final Executor DIRECTLY = Runnable::run;

  private final Connection connection;
  private final ReentrantLock use = new ReentrantLock();
  private final int backend;
  private final int replyMillis;
  private final int prepareThreshold;
  private volatile Statement running;

  /** What others see of us. */
  private volatile String named = "";

  /**
   * @param backend the process of the server that serves us
   */
  PostgresSession(Connection connection, int backend, PostgresSettings settings)
      throws SQLException {
    Duration reply = settings.replyTimeout();
    this.connection = connection;
    this.backend = backend;
    this.replyMillis = Math.toIntExact(Math.min(Integer.MAX_VALUE, reply.toMillis()));
    // A pooler may give the session that has prepared it to another client in the meantime.
    this.prepareThreshold = settings.throughPooler() ? 0 : 1;
    this.running = connection.createStatement();
  }

  /** What a statement answers. */
  interface Reading<T> {
    T read(ResultSet rows) throws SQLException;
  }

  /** A statement that the server answers at once. */
  <T> T ask(String sql, Reading<T> reading) throws SQLException {
    use.lock();
    try (Statement statement = connection.createStatement()) {
      connection.setNetworkTimeout(DIRECTLY, replyMillis);
      running = statement;
      boolean rows = statement.execute(sql);
      while (!rows && statement.getUpdateCount() >= 0) {
        rows = statement.getMoreResults();
      }
      try (ResultSet result = statement.getResultSet()) {
        result.next();
        return reading.read(result);
      }
    } finally {
      use.unlock();
    }
  }

  /** The same statement again and again, which the server keeps prepared if it may. */
  private <T> T ask(String sql, int limit, Reading<T> reading, Object... parameters)
      throws SQLException {
    use.lock();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      connection.setNetworkTimeout(DIRECTLY, limit);
      statement.unwrap(PGStatement.class).setPrepareThreshold(prepareThreshold);
      running = statement;
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return reading.read(result);
      }
    } finally {
      use.unlock();
    }
  }

  /**
   * @param label what others see of us, if it is granted or if we then wait for it
   */
  boolean tryLock(String label, long key, Mode mode) throws SQLException {
    String isOurs = "pg_backend_pid() = " + backend;
    String sql = "SELECT " + isOurs + ", " + isOurs + " AND pg_try_advisory_lock" + shared(mode);
    Reading<Boolean> reading =
        rows -> {
          if (!rows.getBoolean(1)) {
            throw new SQLException("another session of the server answers for it", "08003");
          }
          return rows.getBoolean(2);
        };
    boolean granted =
        label.equals(named)
            ? ask(sql + "(?)", replyMillis, reading, key)
            : ask(
                sql + "(?), set_config('application_name', ?, false)",
                replyMillis,
                reading,
                key,
                label);
    named = label;
    return granted;
  }

  /**
   * Waits for it.
   *
   * @param millis at most so long; 0 for ever
   * @return false if it was not granted in time, or if the wait was cancelled
   */
  boolean lock(long key, Mode mode, long millis) throws SQLException {
    try {
      // In this order: the limit is set when the wait begins.
      return ask(
          "SELECT set_config('lock_timeout', ?, false), pg_advisory_lock" + shared(mode) + "(?)",
          0,
          _ -> true,
          Long.toString(millis),
          key);
    } catch (SQLException e) {
      if (LOCK_TIMEOUT.equals(e.getSQLState()) || CANCELLED.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /** False if it was not locked. */
  boolean unlock(long key, Mode mode) throws SQLException {
    return ask(
        "SELECT pg_advisory_unlock" + shared(mode) + "(?)",
        replyMillis,
        rows -> rows.getBoolean(1),
        key);
  }

  private static String shared(Mode mode) {
    return mode == Mode.SHARED ? "_shared" : "";
  }

  /** By the server's own table, and only if it is still the same process that serves us. */
  boolean holds(long key) throws SQLException {
    return ask(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid ="
            + " pg_backend_pid() AND pid = "
            + backend
            + " AND "
            + is(key),
        rows -> rows.getInt(1) > 0);
  }

  static String is(long key) {
    return "objsubid = 1 AND classid::bigint = "
        + (key >>> 32)
        + " AND objid::bigint = "
        + (key & 0xffff_ffffL);
  }

  /** True while the same process of the server answers us. */
  boolean isAlive() throws SQLException {
    if (!use.tryLock()) {
      // Somebody else is asking.
      return true;
    }
    try {
      return ask("SELECT pg_backend_pid()", rows -> rows.getInt(1) == backend);
    } finally {
      use.unlock();
    }
  }

  /** Ends a wait, if there is one. */
  void cancel() throws SQLException {
    running.cancel();
  }

  /** Lets go of the connection without a word: the server notices. */
  void abort() {
    try {
      connection.abort(DIRECTLY);
    } catch (SQLException itIsGone) {
      // That is what was wanted.
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException itIsGone) {
      // That is what was wanted.
    }
  }
}
