package dev.holdfast.cluster;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * Whether a connection leads to a server whose session locks exclude: the primary, new enough, and
 * the same session for as long as the connection lasts.
 *
 * <p>A pooler between us and the server shows itself: the server's process is not the one that was
 * named when we connected. One that gives a client another session for each transaction
 * (transaction or statement mode) loses its locks to others, and keeps them for nobody.
 */
final class PostgresFitness {
  /** The oldest that its makers still mended when this was written, less a few years. */
  private static final int OLDEST = 120_000;

  private PostgresFitness() {}

  static PostgresSession fit(Connection connection, PostgresSettings settings)
      throws SQLException, IOException {
    PostgresSession session = new PostgresSession(connection, backend(connection), settings);
    String[] found =
        session.ask(
            "SELECT current_setting('server_version_num'), pg_is_in_recovery(),"
                + " current_setting('transaction_read_only'), current_setting('server_version')",
            rows ->
                new String[] {
                  rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4)
                });
    if (Integer.parseInt(found[0]) < OLDEST) {
      throw new IOException(
          settings + ": PostgreSQL " + found[3] + " is too old: version 12 or later is needed");
    }
    if (found[1].equals("t")) {
      throw new IOException(
          settings + ": this is a replica, whose locks exclude nobody: connect to the primary");
    }
    if (found[2].equals("on")) {
      throw new IOException(settings + ": the server only lets read: no lock of it can be fenced");
    }
    int named = connection.unwrap(PGConnection.class).getBackendPID();
    if (named != backend(connection) && !settings.throughPooler()) {
      refusePooler(connection, settings);
    }
    try (Statement statement = connection.createStatement()) {
      // So that the server notices when we are gone, also while we wait, and never ends a holder
      // for its idleness. What an older version does not know it does without.
      statement.execute(
          "SELECT set_config(name, wanted, false) FROM (VALUES ('statement_timeout', '0'),"
              + " ('idle_session_timeout', '0'), ('tcp_keepalives_idle', '10'),"
              + " ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3')) v (name, wanted)"
              + " WHERE name IN (SELECT name FROM pg_settings)");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET client_connection_check_interval = '2s'");
    } catch (SQLException notOnThisSystem) {
      if (PostgresEngine.isBroken(notOnThisSystem)) {
        throw notOnThisSystem;
      }
    }
    return session;
  }

  private static int backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Shows, if it can be shown, that two clients have one session. */
  private static void refusePooler(Connection first, PostgresSettings settings)
      throws SQLException, IOException {
    throw new IOException(
        settings
            + ": there is a connection pooler in between"
            + (isShared(first, settings)
                ? ", and it gives one session to several clients (transaction mode), which then"
                    + " hold each other's locks: connect to the server itself"
                : ": connect to the server itself, or say that the pooler keeps one session for one"
                    + " client (session mode)"));
  }

  private static boolean isShared(Connection first, PostgresSettings settings) throws SQLException {
    int before = backend(first);
    try (Connection second = PostgresEngine.connect(settings)) {
      second.setAutoCommit(false);
      int other = backend(second);
      // While the second is within a transaction it has its session for itself.
      boolean shared = other == before || backend(first) != before;
      second.rollback();
      return shared;
    }
  }
}
