package dev.holdfast.cluster;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.remote.LockState;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Session advisory locks, each in a session of its own: what a session holds it could be granted
 * again, and while it waits it can do nothing else. One thread of this process at a time waits for
 * a lock, so that it does not cost a session for each.
 */
final class PostgresEngine extends ClusterEngine {
  /** Where the fencing counters are. */
  static final String TABLE = "holdfast_token";

  static final String CREATE_TABLE =
      "CREATE TABLE IF NOT EXISTS " + TABLE + " (lock bigint PRIMARY KEY, token bigint NOT NULL)";

  private static final int MOST_IDLE = 4;

  /** How long after one the server is told again that a wait is to end. */
  private static final long TOLD_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** The length of a name of a session. */
  private static final int LABEL = 63;

  private static final String LOCK = "holdfast/";
  private static final String PERMIT = "holdfast-permit/";
  private static final int LONGEST_HOST = 20;

  /** This process and host, as others see it. */
  private static final String US = us();

  /**
   * Who waits for the server. Platform threads: each waits in a read of its own, and a virtual one
   * would be woken by two others.
   */
  private static final ExecutorService WAITERS =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("holdfast-postgres-wait").factory());

  private final PostgresSettings settings;
  private final ConcurrentLinkedDeque<PostgresSession> idle = new ConcurrentLinkedDeque<>();
  private final Set<PostgresClaim> claims = ConcurrentHashMap.newKeySet();
  private final Object heartbeat = new Object();

  /** Guarded by {@link #heartbeat}. */
  private boolean beating;

  private final String id;
  private volatile boolean closed;

  PostgresEngine(PostgresSettings settings) throws IOException {
    this.settings = settings;
    PostgresSession first = session();
    try {
      this.id = serverId(first);
    } catch (SQLException e) {
      first.abort();
      throw failure(settings.toString(), e);
    }
    putAside(first);
  }

  PostgresSettings settings() {
    return settings;
  }

  /** Of the cluster and the database, where we may know it; else how it was reached. */
  private String serverId(PostgresSession session) throws SQLException {
    try {
      return session.ask(
          "SELECT system_identifier || '/' || current_database() FROM pg_control_system()",
          rows -> rows.getString(1));
    } catch (SQLException forbidden) {
      if (isBroken(forbidden)) {
        throw forbidden;
      }
      return settings.toString();
    }
  }

  @Override
  String id() {
    return id;
  }

  @Override
  boolean oneClaimant() {
    return true;
  }

  // --- sessions ---------------------------------------------------------------------------------

  /** A connection, as it comes. */
  static Connection connect(PostgresSettings settings) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", settings.user());
    if (!settings.password().isEmpty()) {
      properties.setProperty("password", settings.password());
    }
    String seconds = Long.toString(Math.max(1, settings.replyTimeout().toSeconds()));
    properties.setProperty("connectTimeout", seconds);
    properties.setProperty("loginTimeout", seconds);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("prepareThreshold", "0");
    properties.setProperty("ApplicationName", "holdfast");
    if (settings.hosts().indexOf(',') >= 0) {
      properties.setProperty("targetServerType", "primary");
    }
    settings.driver().forEach(properties::setProperty);
    Connection connection = new Driver().connect("jdbc:postgresql://" + settings, properties);
    if (connection == null) {
      throw new SQLException("not an address of PostgreSQL: " + settings, "08001");
    }
    return connection;
  }

  /** A session that is fit for locks. */
  PostgresSession session() throws IOException {
    if (closed) {
      throw new IllegalStateException("the connection to PostgreSQL was closed");
    }
    PostgresSession kept = idle.pollFirst();
    while (kept != null) {
      try {
        if (kept.isAlive()) {
          return kept;
        }
      } catch (SQLException gone) {
        // The next, or a new one.
      }
      kept.abort();
      kept = idle.pollFirst();
    }
    Connection connection = null;
    try {
      connection = connect(settings);
      PostgresSession session = PostgresFitness.fit(connection, settings);
      connection = null;
      return session;
    } catch (SQLException e) {
      throw failure(settings.toString(), e);
    } finally {
      if (connection != null) {
        try {
          connection.close();
        } catch (SQLException itIsGone) {
          // That is what was wanted.
        }
      }
    }
  }

  /** It holds nothing: the next may have it. */
  void putAside(PostgresSession session) {
    if (closed || idle.size() >= MOST_IDLE) {
      session.close();
    } else {
      idle.addFirst(session);
      if (closed) {
        closeIdle();
      }
    }
  }

  private void closeIdle() {
    for (PostgresSession session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
      session.close();
    }
  }

  static boolean isBroken(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }

  /** The driver has one state for all that goes wrong with a connection. */
  private static boolean isTls(SQLException e) {
    String said = String.valueOf(e.getMessage());
    return isBroken(e)
        && (e.getCause() instanceof SSLException
            || said.contains("SSL root certificate")
            || said.contains("does not support SSL"));
  }

  static IOException failure(String what, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    String said = String.valueOf(e.getMessage());
    String why =
        switch (state) {
          case "28P01", "28000" ->
              "the server refuses our role or password (" + state + "): " + said;
          case "3D000" -> "there is no such database (3D000): " + said;
          case "42501" -> "our role may not do that (42501): " + said;
          case "53300" -> "the server has no connection left (53300): " + said;
          case "25006" -> "the server only lets read (25006): " + said;
          case "57P03" -> "the server is starting up or going down (57P03): " + said;
          default -> said + " (" + state + ")";
        };
    String text = what + ": PostgreSQL: " + why;
    if (isTls(e)) {
      // It is there, and waiting would not help.
      return new IOException(
          what + ": PostgreSQL: no TLS with it: " + said + ": see sslmode and sslrootcert", e);
    }
    return isBroken(e) ? new ServerAwayException(text, e) : new IOException(text, e);
  }

  // --- claims -----------------------------------------------------------------------------------

  @Override
  @Nullable Claim claim(ClusterLock lock, Deadline deadline, Consumer<LockLostException> lost)
      throws IOException, InterruptedException {
    for (PostgresSession kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
      try {
        return claim(kept, lock, deadline, lost);
      } catch (SQLException e) {
        if (!isBroken(e)) {
          throw failure(lock.name(), e);
        }
        // It went while nobody used it, which is cheaper to find out than to ask: the next.
      }
    }
    try {
      return claim(session(), lock, deadline, lost);
    } catch (SQLException e) {
      throw failure(lock.name(), e);
    }
  }

  private @Nullable Claim claim(
      PostgresSession session,
      ClusterLock lock,
      Deadline deadline,
      Consumer<LockLostException> lost)
      throws SQLException, InterruptedException {
    boolean granted = false;
    boolean whole = false;
    try {
      Long key =
          lock.isSemaphore() ? permit(session, lock, deadline) : one(session, lock, deadline);
      whole = true;
      if (key == null) {
        return null;
      }
      PostgresClaim claim = new PostgresClaim(this, session, lock, key, lost);
      watch(claim);
      granted = true;
      return claim;
    } catch (SQLException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw e;
    } finally {
      if (!granted) {
        if (whole) {
          putAside(session);
        } else {
          // Whatever it was granted goes with it.
          session.abort();
        }
      }
    }
  }

  /** From now on it is asked at each heartbeat whether it is still ours. */
  private void watch(PostgresClaim claim) {
    claims.add(claim);
    if (closed) {
      // By somebody who did not see it yet.
      claim.lost("the connection was closed");
    }
    synchronized (heartbeat) {
      if (!beating) {
        beating = true;
        Thread.ofVirtual().name("holdfast-postgres-heartbeat").start(this::beat);
      }
    }
  }

  /** One clock for all claims, as long as there are any: most end before they are asked once. */
  private void beat() {
    try {
      do {
        Thread.sleep(settings.heartbeat());
        // Each by itself: an answer may not come for long, or never.
        claims.forEach(
            claim -> Thread.ofVirtual().name("holdfast-postgres-ask").start(claim::beat));
      } while (isWanted());
    } catch (InterruptedException e) {
      claims.forEach(claim -> claim.lost("nobody watches it any more"));
    }
  }

  private boolean isWanted() {
    synchronized (heartbeat) {
      beating = !claims.isEmpty();
      return beating;
    }
  }

  private @Nullable Long one(PostgresSession session, ClusterLock lock, Deadline deadline)
      throws SQLException, InterruptedException {
    long key = PostgresKey.ofName(lock.plainName());
    return take(session, label(lock), key, lock.mode(), deadline) ? key : null;
  }

  /** The first in line looks for a permit until one is free. */
  private @Nullable Long permit(PostgresSession session, ClusterLock lock, Deadline deadline)
      throws SQLException, InterruptedException {
    long gate = PostgresKey.ofGate(lock.plainName());
    String label = label(lock);
    if (!take(session, label, gate, Mode.EXCLUSIVE, deadline)) {
      return null;
    }
    Backoff pause =
        new Backoff(TimeUnit.MILLISECONDS.toNanos(5), TimeUnit.MILLISECONDS.toNanos(200));
    Long found = null;
    do {
      for (int i = 0; i < lock.permits() && found == null; i++) {
        long key = PostgresKey.ofPermit(lock.plainName(), i);
        if (session.tryLock(label, key, Mode.EXCLUSIVE)) {
          found = key;
        }
      }
    } while (found == null && pause.pause(deadline));
    session.unlock(gate, Mode.EXCLUSIVE);
    return found;
  }

  private boolean take(
      PostgresSession session, String label, long key, Mode mode, Deadline deadline)
      throws SQLException, InterruptedException {
    if (session.tryLock(label, key, mode)) {
      return true;
    }
    if (deadline.limited() && deadline.passed()) {
      return false;
    }
    long millis =
        deadline.limited()
            ? Math.clamp(TimeUnit.NANOSECONDS.toMillis(deadline.left()) + 1, 1, Integer.MAX_VALUE)
            : 0;
    CompletableFuture<Boolean> wait = new CompletableFuture<>();
    // Not by this thread: an interruption would not wake it, or break the connection.
    WAITERS.execute(
        () -> {
          try {
            wait.complete(session.lock(key, mode, millis));
          } catch (SQLException | RuntimeException | Error e) {
            // Whatever it is: else nobody would hear of it, and the claimant wait for ever.
            wait.completeExceptionally(e);
          }
        });
    try {
      return wait.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (!wait.isDone()) {
        stop(session, wait);
      }
    }
  }

  /**
   * Has the server end the wait, which may not have begun there yet: so it is told again. The
   * session is given up by the caller.
   */
  private void stop(PostgresSession session, CompletableFuture<Boolean> wait) {
    boolean interrupted = Thread.interrupted();
    Deadline limit = Deadline.after(settings.replyTimeout());
    try {
      while (!limit.passed()) {
        session.cancel();
        try {
          wait.get(Math.clamp(limit.left(), 1, TOLD_AGAIN_NANOS), TimeUnit.NANOSECONDS);
          break;
        } catch (TimeoutException goesOn) {
          // Once more.
        }
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ExecutionException | SQLException away) {
      // Why it is stopped is said by the caller, and not that the server does not hear of it.
    }
    if (!wait.isDone()) {
      session.abort();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void ended(PostgresClaim claim) {
    claims.remove(claim);
  }

  // --- who holds it -----------------------------------------------------------------------------

  private static String us() {
    String host = Whom.host().replaceAll("[^A-Za-z0-9._-]", "_");
    return ProcessHandle.current().pid()
        + "@"
        + host.substring(0, Math.min(host.length(), LONGEST_HOST));
  }

  /** What others see of our sessions: who we are, and the name if it is short enough. */
  private static String label(ClusterLock lock) {
    String label =
        (lock.isSemaphore() ? PERMIT : LOCK) + US + "/" + ZooKeeperNodes.escape(lock.plainName());
    return label.length() <= LABEL ? label : label.substring(0, LABEL);
  }

  /** One line of the server's table. */
  private record Row(
      long key,
      boolean granted,
      Mode mode,
      String label,
      int backend,
      String from,
      @Nullable Instant since) {
    boolean isPermit() {
      return label.startsWith(PERMIT);
    }

    private String[] parts() {
      return label.split("/", 3);
    }

    String escapedName() {
      String[] parts = parts();
      return parts.length == 3 && (isPermit() || label.startsWith(LOCK)) ? parts[2] : "";
    }

    /** The name, if the number is that of the name; else the number. */
    String name() {
      String name = ZooKeeperNodes.unescape(escapedName());
      boolean known = isPermit() ? !name.isEmpty() : label.startsWith(LOCK) && keyOf(name) == key;
      return known ? name : "#" + key;
    }

    private static long keyOf(String name) {
      try {
        return PostgresKey.ofName(name);
      } catch (IllegalArgumentException none) {
        return 0;
      }
    }

    boolean holds() {
      return granted
          && !(isPermit() && key == PostgresKey.ofGate(ZooKeeperNodes.unescape(escapedName())));
    }

    Holder holder() {
      String[] who = parts().length == 3 ? parts()[1].split("@", 2) : new String[] {""};
      boolean ours = who.length == 2 && who[0].matches("[0-9]{1,9}");
      return new Holder(
          ours ? Integer.parseInt(who[0]) : -1,
          ours ? "" : label,
          mode,
          0,
          0,
          since,
          ours ? who[1] : from,
          "server process " + backend);
    }
  }

  private List<Row> rows(String where) throws IOException {
    PostgresSession session = session();
    boolean good = false;
    try {
      List<Row> rows =
          session.ask(
              "SELECT (l.classid::bigint << 32) | l.objid::bigint, l.granted, l.mode LIKE 'Share%',"
                  + " coalesce(a.application_name, ''), l.pid, coalesce(a.client_addr::text, ''),"
                  + " a.query_start FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)"
                  + " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.database ="
                  + " (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
                  + where
                  + " UNION ALL SELECT 0, NULL, NULL, NULL, NULL, NULL, NULL ORDER BY 7 NULLS LAST",
              PostgresEngine::read);
      good = true;
      return rows;
    } catch (SQLException e) {
      throw failure(settings.toString(), e);
    } finally {
      if (good) {
        putAside(session);
      } else {
        session.abort();
      }
    }
  }

  /** The last row says nothing but that there is no other. */
  private static List<Row> read(ResultSet rows) throws SQLException {
    List<Row> read = new ArrayList<>();
    do {
      String label = rows.getString(4);
      if (label != null) {
        Timestamp since = rows.getTimestamp(7);
        read.add(
            new Row(
                rows.getLong(1),
                rows.getBoolean(2),
                rows.getBoolean(3) ? Mode.SHARED : Mode.EXCLUSIVE,
                label,
                rows.getInt(5),
                rows.getString(6),
                since == null ? null : since.toInstant()));
      }
    } while (rows.next());
    return read;
  }

  @Override
  List<Holder> holders(ClusterLock lock) throws IOException {
    StringBuilder keys = new StringBuilder("(false");
    if (lock.isSemaphore()) {
      for (int i = 0; i < lock.permits(); i++) {
        keys.append(" OR ").append(PostgresSession.is(PostgresKey.ofPermit(lock.plainName(), i)));
      }
    } else {
      keys.append(" OR ").append(PostgresSession.is(PostgresKey.ofName(lock.plainName())));
    }
    return rows(keys.append(')').toString()).stream()
        .filter(Row::granted)
        .map(Row::holder)
        .toList();
  }

  List<LockState> states() throws IOException {
    Map<String, List<Row>> byName = new TreeMap<>();
    for (Row row : rows("true")) {
      byName.computeIfAbsent(row.name(), _ -> new ArrayList<>()).add(row);
    }
    List<LockState> states = new ArrayList<>();
    byName.forEach(
        (name, rows) ->
            states.add(
                new LockState(
                    name,
                    rows.stream().filter(Row::holds).map(Row::holder).toList(),
                    rows.stream().filter(row -> !row.holds()).map(Row::holder).toList())));
    return states;
  }

  void close() {
    closed = true;
    for (PostgresClaim claim : claims) {
      claim.lost("the connection was closed");
    }
    closeIdle();
  }
}
