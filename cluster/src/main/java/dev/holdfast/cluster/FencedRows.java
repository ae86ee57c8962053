package dev.holdfast.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Rows of a database that only holders change who are not older than the last (L14): the first
 * statement of each transaction that changes them.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * FencedRows.enter(connection, "orders", held.token());   // throws if a newer holder was here
 * … change the orders …
 * connection.commit();
 * }</pre>
 *
 * <p><b>Guarantees.</b> Of the transactions that enter for one resource one runs at a time, until
 * it is committed or rolled back; one with a lower token than a committed one is refused. Needs the
 * table of {@link #CREATE_TABLE}, and nothing of one database in particular.
 *
 * <p><b>Remaining races.</b> A statement that enters nothing is not refused. For a change of a
 * single row a column beside the data does it in one statement: {@code UPDATE orders SET …, fence =
 * ? WHERE id = ? AND fence <= ?}, and no row changed means that the token is too old.
 *
 * <p><b>Threads.</b> As the connection.
 */
public final class FencedRows {
  /** What has to be there. */
  public static final String CREATE_TABLE =
      "CREATE TABLE holdfast_fence (resource VARCHAR(200) PRIMARY KEY, token BIGINT NOT NULL)";

  private FencedRows() {}

  /**
   * Enters, for the rest of the transaction.
   *
   * @throws StaleTokenException if a newer holder was here: roll back
   * @throws IllegalStateException if there is no transaction: the check would be over before the
   *     change
   */
  public static void enter(Connection connection, String resource, long token)
      throws SQLException, StaleTokenException {
    if (connection.getAutoCommit()) {
      throw new IllegalStateException(resource + ": begin a transaction first (setAutoCommit)");
    }
    if (raise(connection, resource, token)) {
      return;
    }
    long seen = seen(connection, resource);
    if (seen > token) {
      throw new StaleTokenException(resource, token, seen);
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO holdfast_fence VALUES (?, ?)")) {
      // Of two who are the first one fails here, and its transaction with it.
      insert.setString(1, resource);
      insert.setLong(2, token);
      insert.executeUpdate();
    }
  }

  private static boolean raise(Connection connection, String resource, long token)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE holdfast_fence SET token = ? WHERE resource = ? AND token <= ?")) {
      update.setLong(1, token);
      update.setString(2, resource);
      update.setLong(3, token);
      return update.executeUpdate() > 0;
    }
  }

  /** The lowest number there is, if nobody was there. */
  private static long seen(Connection connection, String resource) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT token FROM holdfast_fence WHERE resource = ?")) {
      select.setString(1, resource);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getLong(1) : Long.MIN_VALUE;
      }
    }
  }
}
