package dev.holdfast.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How to reach a PostgreSQL server. Immutable: each {@code with…} answers another one.
 *
 * @param hosts {@code host:port} of the servers, with commas: of several the primary is taken
 * @param database whose locks they are: each database of a server has its own
 * @param user the role; nobody needs more than to connect, and for tokens to use {@value
 *     PostgresEngine#TABLE}
 * @param password empty for none, or to have it looked up in the password file, as libpq does
 * @param driver properties of the driver, such as {@code sslmode}
 * @param replyTimeout how long to wait for a connection, and for an answer, before the server
 *     counts as away
 * @param heartbeat how often the server is asked whether a held lock is still ours
 * @param throughPooler whether what stands between us and the server is a pooler that keeps one
 *     session for one client (session mode), which is then not refused
 */
public record PostgresSettings(
    String hosts,
    String database,
    String user,
    String password,
    Map<String, String> driver,
    Duration replyTimeout,
    Duration heartbeat,
    boolean throughPooler) {
  public PostgresSettings {
    driver = Map.copyOf(driver);
    for (String part : new String[] {hosts, database}) {
      if (part.isBlank() || part.matches("(?s).*[@?&/\\p{Cntrl} ].*")) {
        throw new IllegalArgumentException(
            "not HOST:PORT/DATABASE (a user or a password does not belong here): "
                + hosts
                + "/"
                + database);
      }
    }
    if (heartbeat.toMillis() < 1 || replyTimeout.toMillis() < 1) {
      throw new IllegalArgumentException("a time-out is longer than that");
    }
  }

  /**
   * {@code HOST:PORT/DATABASE}. The rest comes from the variables that libpq knows: {@code PGUSER},
   * {@code PGPASSWORD}, {@code PGPASSFILE}, {@code PGSSLMODE}, {@code PGSSLROOTCERT}, {@code
   * PGSSLCERT}, {@code PGSSLKEY}.
   */
  public static PostgresSettings of(String at) {
    return of(at, System.getenv());
  }

  static PostgresSettings of(String at, Map<String, String> environment) {
    int slash = at.lastIndexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("not HOST:PORT/DATABASE: " + at);
    }
    Map<String, String> driver = new HashMap<>();
    for (String name : new String[] {"sslmode", "sslrootcert", "sslcert", "sslkey"}) {
      String value = environment.get("PG" + name.toUpperCase(java.util.Locale.ROOT));
      if (value != null) {
        driver.put(name, value);
      }
    }
    return new PostgresSettings(
        at.substring(0, slash),
        at.substring(slash + 1),
        environment.getOrDefault("PGUSER", System.getProperty("user.name", "postgres")),
        environment.getOrDefault("PGPASSWORD", ""),
        driver,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        false);
  }

  public PostgresSettings withUser(String role, String secret) {
    return new PostgresSettings(
        hosts, database, role, secret, driver, replyTimeout, heartbeat, throughPooler);
  }

  /** A property of the driver. */
  public PostgresSettings withDriver(String property, String value) {
    Map<String, String> more = new HashMap<>(driver);
    more.put(property, value);
    return new PostgresSettings(
        hosts, database, user, password, more, replyTimeout, heartbeat, throughPooler);
  }

  /**
   * How long to wait, and how often to ask.
   *
   * @param reply how long to wait for an answer
   * @param beat how often to ask whether a held lock is still ours
   */
  public PostgresSettings withTimes(Duration reply, Duration beat) {
    return new PostgresSettings(
        hosts, database, user, password, driver, reply, beat, throughPooler);
  }

  /** There is a pooler, and it keeps one session for one client. */
  public PostgresSettings throughSessionPooler() {
    return new PostgresSettings(
        hosts, database, user, password, driver, replyTimeout, heartbeat, true);
  }

  /** Without the password, and without what may be one. */
  @Override
  public String toString() {
    return hosts + "/" + database;
  }
}
