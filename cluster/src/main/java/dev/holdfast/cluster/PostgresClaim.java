package dev.holdfast.cluster;

import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A session that was granted a lock. The server is asked at intervals whether it is still there;
 * when it is not, or does not answer, the lock is lost.
 */
final class PostgresClaim extends LosableClaim {
  private final PostgresEngine engine;
  private final PostgresSession session;
  private final ClusterLock lock;
  private final long key;
  private long token;

  PostgresClaim(
      PostgresEngine engine,
      PostgresSession session,
      ClusterLock lock,
      long key,
      Consumer<LockLostException> told) {
    super(told);
    this.engine = engine;
    this.session = session;
    this.lock = lock;
    this.key = key;
  }

  /** A permit is alone, though others have others. */
  private Mode mode() {
    return lock.isSemaphore() ? Mode.EXCLUSIVE : lock.mode();
  }

  /** Asks whether the session is still there; the loss is told if it is not. */
  void beat() {
    try {
      if (!isOver() && !session.isAlive()) {
        lost("another session of the server answers for it");
      }
    } catch (SQLException e) {
      lost("its session ended: " + e.getMessage());
    }
  }

  void lost(String cause) {
    if (lose(lock.name(), cause, () -> engine.ended(this))) {
      // It may be reachable for the server still: then this ends it.
      session.abort();
    }
  }

  @Override
  public synchronized long token() throws IOException {
    if (token == 0) {
      token = count();
    }
    return token;
  }

  /**
   * The counter of the lock, in the session that holds it; above it the number of the server's
   * timeline, which grows when a replica takes the place of the primary: what the counter lost by
   * that cannot come again as a token.
   */
  private long count() throws IOException {
    requireNotOver();
    long number = lock.isSemaphore() ? PostgresKey.ofGate(lock.plainName()) : key;
    String row =
        mode() == Mode.EXCLUSIVE
            ? "WITH next AS (INSERT INTO "
                + PostgresEngine.TABLE
                + " AS t VALUES ("
                + number
                + ", 1) ON CONFLICT (lock) DO UPDATE SET token = t.token + 1 RETURNING token)"
                + " SELECT token"
            : "WITH next AS (SELECT coalesce(max(token), 0) AS token FROM "
                + PostgresEngine.TABLE
                + " WHERE lock = "
                + number
                + ") SELECT token";
    String sql =
        row
            + ", ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint"
            + " FROM next";
    for (boolean again = false; ; again = true) {
      try {
        long counted = session.ask(sql, rows -> rows.getLong(2) << 40 | rows.getLong(1));
        requireNotOver();
        return counted;
      } catch (SQLException e) {
        // undefined_table
        if (again || !"42P01".equals(e.getSQLState())) {
          throw failure(e);
        }
        createTable();
      }
    }
  }

  /** What is counted after the end of the session's lock may be higher than the next holder's. */
  private void requireNotOver() throws LockLostException {
    throwIfLost();
    if (isOver()) {
      throw new LockLostException(lock.name(), "its session is over, and it had no token");
    }
  }

  private void createTable() throws IOException {
    try {
      session.ask(PostgresEngine.CREATE_TABLE + "; SELECT 1", rows -> rows.getInt(1));
    } catch (SQLException e) {
      // Two who make it at once may collide in the catalogue: then it is there.
      if (!"23505".equals(e.getSQLState()) && !"42P07".equals(e.getSQLState())) {
        IOException failure = failure(e);
        throw PostgresEngine.isBroken(e)
            ? failure
            : new IOException(
                failure.getMessage()
                    + ": for tokens there must be a table that we may use: "
                    + PostgresEngine.CREATE_TABLE,
                e);
      }
    }
  }

  private IOException failure(SQLException e) {
    if (PostgresEngine.isBroken(e)) {
      lost("its session ended: " + e.getMessage());
      return new LockLostException(lock.name(), "its session ended: " + e.getMessage());
    }
    return PostgresEngine.failure(lock.name(), e);
  }

  /** For tests: as a pooler, or a careless statement in the session, would. */
  void unlockBehindOurBack() throws SQLException {
    session.unlock(key, mode());
  }

  @Override
  public void check() throws IOException {
    try {
      if (!isOver() && !session.holds(key)) {
        lost("the server does not know that we hold it");
      }
    } catch (SQLException e) {
      if (!PostgresEngine.isBroken(e)) {
        throw failure(e);
      }
      lost("its session ended: " + e.getMessage());
    }
    throwIfLost();
  }

  /** It is watched in any case. */
  @Override
  public void watch() {
    // The heartbeat does.
  }

  /** None: the server keeps a session until it notices that the connection is gone. */
  @Override
  public Optional<Instant> validUntil() {
    return Optional.empty();
  }

  @Override
  public void release() throws IOException {
    if (!end()) {
      throwIfLost();
      return;
    }
    engine.ended(this);
    boolean whole = false;
    try {
      if (!session.unlock(key, mode())) {
        throw new LockLostException(lock.name(), "the server does not know that we hold it");
      }
      whole = true;
    } catch (SQLException e) {
      throw new LockLostException(lock.name(), "its session ended: " + e.getMessage());
    } finally {
      if (whole) {
        engine.putAside(session);
      } else {
        session.abort();
      }
    }
  }
}
