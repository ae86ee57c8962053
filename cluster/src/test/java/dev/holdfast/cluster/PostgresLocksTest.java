package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.remote.LockService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a real server. */
class PostgresLocksTest extends ClusterLockContract {
  private static EmbeddedPostgres server;
  private static PostgresLocks here;
  private static PostgresLocks there;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = EmbeddedPostgres.start();
    here = PostgresLocks.connect(settings(server));
    there = PostgresLocks.connect(settings(server));
  }

  @AfterAll
  static void stop() throws IOException, InterruptedException {
    if (server != null) {
      here.close();
      there.close();
      server.close();
    }
  }

  private static PostgresSettings settings(EmbeddedPostgres server) {
    return PostgresSettings.of(server.at(), Map.of())
        .withUser("postgres", "")
        .withTimes(Duration.ofSeconds(60), Duration.ofMillis(50));
  }

  @Override
  LockService here() {
    return here;
  }

  @Override
  LockService there() {
    return there;
  }

  @Override
  int inUse() {
    return here.inUse();
  }

  private static String sql(String statement) throws SQLException {
    try (Connection connection = PostgresEngine.connect(settings(server));
        Statement run = connection.createStatement()) {
      if (!run.execute(statement)) {
        return "";
      }
      try (ResultSet rows = run.getResultSet()) {
        return rows.next() ? rows.getString(1) : "";
      }
    }
  }

  /** As an administrator ends a session. */
  private static void endSessionOf(String name) throws SQLException {
    String ended =
        sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"
                + " AND granted AND "
                + PostgresSession.is(PostgresKey.ofName(name)));
    assertEquals("1", ended);
  }

  @Test
  void theLossOfTheSessionIsTold() throws Exception {
    String name = newName();
    Held held = here.lock(name).tryAcquire().orElseThrow().detach();
    CountDownLatch lost = new CountDownLatch(1);
    held.onLost(lost::countDown);
    long token = held.token();
    endSessionOf(name);
    assertTrue(lost.await(60, TimeUnit.SECONDS));
    try (Held next = here.lock(name).acquire(LONG)) {
      assertThrows(LockLostException.class, held::ensureValid);
      assertTrue(next.token() > held.token());
      assertEquals(token, held.token());
      held.close();
      next.ensureValid();
      assertTrue(there.lock(name).tryAcquire().isEmpty());
    }
  }

  /** Two find it out at once, and one of them is still telling it. */
  @Test
  void whatIsLostIsNotValidThoughNobodyHasBeenToldYet() throws Exception {
    String name = newName();
    Held held = here.lock(name).tryAcquire().orElseThrow().detach();
    PostgresClaim claim = (PostgresClaim) Objects.requireNonNull(((ClusterHeld) held).granted());
    // Whoever tells it waits here.
    synchronized (held) {
      endSessionOf(name);
      while (!claim.isOver()) {
        Thread.onSpinWait();
      }
      assertThrows(LockLostException.class, claim::check);
      assertThrows(LockLostException.class, claim::release);
      assertThrows(LockLostException.class, held::ensureValid);
    }
    held.close();
  }

  @Test
  void aLossThatNobodyAskedForIsToldByClose() throws Exception {
    String name = newName();
    Held held = here.lock(name).tryAcquire().orElseThrow().detach();
    endSessionOf(name);
    there.lock(name).acquire(LONG).close();
    UncheckedIOException told = assertThrows(UncheckedIOException.class, held::close);
    assertInstanceOf(LockLostException.class, told.getCause());
    held.close();
  }

  @Test
  void aLockThatWentThoughItsSessionLivesIsALoss() throws Exception {
    String name = newName();
    Held held = here.lock(name).tryAcquire().orElseThrow();
    held.ensureValid();
    if (((ClusterHeld) held).granted() instanceof PostgresClaim claim) {
      claim.unlockBehindOurBack();
    }
    assertThrows(LockLostException.class, held::ensureValid);
    held.close();
    assertTrue(isFree(there.lock(name)));
  }

  @Test
  void excludesBesidePlainSql() throws Exception {
    String name = newName().replace("'", "");
    try (Held held = here.lock("#4711").tryAcquire().orElseThrow()) {
      assertEquals("f", sql("SELECT pg_try_advisory_lock(4711)"));
      held.ensureValid();
    }
    assertEquals("t", sql("SELECT pg_try_advisory_lock(4711)"));
    // The formula of the documentation.
    String key =
        sql(
            "SELECT ('x' || left(encode(sha256(convert_to('"
                + name
                + "', 'UTF8')), 'hex'), 16))::bit(64)::bigint");
    assertEquals(PostgresKey.ofName(name), Long.parseLong(key));
    assertThrows(IllegalArgumentException.class, () -> here.lock("#99999999999999999999"));
  }

  @Test
  void waitingThreadsDoNotEachCostAConnection() throws Exception {
    String name = newName();
    List<Thread> threads = new java.util.ArrayList<>();
    try (Held held = there.lock(name).tryAcquire().orElseThrow().detach()) {
      // More than the server has connections.
      for (int i = 0; i < 100; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (Held mine = here.lock(name).acquire()) {
                        mine.ensureValid();
                      } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                      }
                    }));
      }
      awaitWaiters(name, 1);
      held.ensureValid();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(isFree(there.lock(name)));
  }

  @Test
  void aPoolerThatGivesSessionsToOthersIsRefused() throws Exception {
    for (int sessions = 1; sessions <= 2; sessions++) {
      try (TransactionPooler pooler = new TransactionPooler(server.port(), sessions)) {
        PostgresSettings through =
            PostgresSettings.of("127.0.0.1:" + pooler.port() + "/postgres", Map.of())
                .withUser("postgres", "")
                .withTimes(Duration.ofSeconds(60), Duration.ofSeconds(1));
        IOException refused = assertThrows(IOException.class, () -> PostgresLocks.connect(through));
        assertTrue(
            String.valueOf(refused.getMessage()).contains("transaction mode"),
            refused.getMessage());
        // The control: by it two clients do hold one lock.
        try (Connection one = PostgresEngine.connect(through);
            Connection two = PostgresEngine.connect(through)) {
          assertTrue(bothGet(one, two), "the pooler of this test is none");
        }
      }
    }
  }

  private static boolean bothGet(Connection one, Connection two) throws SQLException {
    for (int i = 0; i < 20; i++) {
      if (tryLock(one) && tryLock(two)) {
        return true;
      }
    }
    return false;
  }

  private static boolean tryLock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_try_advisory_lock(1)")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  @Test
  void aReplicaIsRefusedAndTokensGrowWhenItTakesOver() throws Exception {
    String name = newName();
    try (EmbeddedPostgres primary = EmbeddedPostgres.start()) {
      EmbeddedPostgres replica;
      Held held;
      CountDownLatch lost = new CountDownLatch(1);
      try (PostgresLocks locks = PostgresLocks.connect(settings(primary))) {
        replica = primary.replica(EmbeddedPostgres.freePort());
        IOException refused =
            assertThrows(IOException.class, () -> PostgresLocks.connect(settings(replica)));
        assertTrue(String.valueOf(refused.getMessage()).contains("replica"), refused.getMessage());
        held = locks.lock(name).tryAcquire().orElseThrow().detach();
        held.onLost(lost::countDown);
        // The replica may hear nothing of these.
        for (int i = 0; i < 5; i++) {
          try (Held other = locks.lock(newName()).tryAcquire().orElseThrow()) {
            assertTrue(other.token() > 0);
          }
        }
        assertTrue(held.token() > 0);
        primary.kill();
        assertTrue(lost.await(60, TimeUnit.SECONDS));
        assertThrows(
            ServerAwayException.class, () -> locks.lock(name).attempt(Duration.ofSeconds(1)));
        replica.promote();
        try (PostgresLocks after = PostgresLocks.connect(settings(replica));
            Held next = after.lock(name).acquire(LONG)) {
          assertTrue(next.token() > held.token(), next.token() + " after " + held.token());
        }
        held.close();
      } finally {
        primary.kill();
      }
      replica.close();
    }
  }

  @Test
  void aRoleThatMayNotMakeTheTableIsToldHow() throws Exception {
    sql("CREATE DATABASE small");
    sql("CREATE ROLE clerk LOGIN");
    PostgresSettings clerk =
        new PostgresSettings(
            "127.0.0.1:" + server.port(),
            "small",
            "clerk",
            "",
            Map.of(),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            false);
    try (Connection connection = PostgresEngine.connect(clerk.withUser("postgres", ""));
        Statement statement = connection.createStatement()) {
      statement.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
      try (PostgresLocks locks = PostgresLocks.connect(clerk);
          Held held = locks.lock("a").tryAcquire().orElseThrow()) {
        IOException refused = assertThrows(IOException.class, held::token);
        assertTrue(
            String.valueOf(refused.getMessage()).contains("CREATE TABLE"), refused.getMessage());
        held.ensureValid();
        statement.execute(PostgresEngine.CREATE_TABLE);
        statement.execute("GRANT SELECT, INSERT, UPDATE ON " + PostgresEngine.TABLE + " TO clerk");
        assertTrue(held.token() > 0);
      }
    }
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    IOException none =
        assertThrows(
            IOException.class,
            () ->
                PostgresLocks.connect(
                    PostgresSettings.of("127.0.0.1:" + server.port() + "/nowhere", Map.of())
                        .withUser("postgres", "")));
    assertTrue(String.valueOf(none.getMessage()).contains("3D000"), none.getMessage());
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    ServerAwayException away =
        assertThrows(
            ServerAwayException.class,
            () ->
                PostgresLocks.connect(
                    PostgresSettings.of("127.0.0.1:" + port + "/postgres", Map.of())
                        .withUser("postgres", "hidden")));
    assertTrue(String.valueOf(away.getMessage()).contains("127.0.0.1:" + port), away.getMessage());
    assertFalse(String.valueOf(away.getMessage()).contains("hidden"), away.getMessage());
    for (String wrong : List.of("host", "user@host/db", "host/db?password=x", "host/", "/db")) {
      assertThrows(
          IllegalArgumentException.class, () -> PostgresSettings.of(wrong, Map.of()), wrong);
    }
    PostgresSettings known =
        PostgresSettings.of(
            "h/d", Map.of("PGUSER", "u", "PGPASSWORD", "hidden", "PGSSLMODE", "verify-full"));
    assertEquals("verify-full", known.driver().get("sslmode"));
    assertEquals("h/d", known.toString());
  }
}
