package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.remote.LockService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On an ensemble of three servers in this JVM. */
class ZooKeeperLocksTest extends ClusterLockContract {
  private static TestingCluster ensemble;
  private static ZooKeeperLocks here;
  private static ZooKeeperLocks there;

  @BeforeAll
  static void start() throws Exception {
    ensemble = new TestingCluster(3);
    ensemble.start();
    here = connect("/locks");
    there = connect("/locks");
  }

  @AfterAll
  static void stop() throws IOException {
    here.close();
    there.close();
    ensemble.close();
  }

  private static ZooKeeperSettings settings(String path) {
    return ZooKeeperSettings.of(ensemble.getConnectString() + path)
        .withSessionTimeout(Duration.ofSeconds(20))
        .withTimeouts(Duration.ofSeconds(60), Duration.ofSeconds(60));
  }

  private static ZooKeeperLocks connect(String path) throws IOException {
    return ZooKeeperLocks.connect(settings(path));
  }

  private static CuratorFramework plainClient() {
    CuratorFramework client =
        CuratorFrameworkFactory.newClient(ensemble.getConnectString(), new RetryOneTime(100));
    client.start();
    return client;
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

  private static String node(Held held) {
    return held.toString().isEmpty() ? "" : here.pathOf(held);
  }

  @Test
  void theLossOfTheSessionIsTold() throws Exception {
    String name = newName();
    try (ZooKeeperLocks victim = connect("/locks")) {
      Held held = victim.lock(name).tryAcquire().orElseThrow();
      CountDownLatch lost = new CountDownLatch(2);
      held.onLost(lost::countDown);
      held.onLost(lost::countDown);
      assertTrue(held.validUntil().orElseThrow().isAfter(Instant.now()));
      victim.endSession();
      assertTrue(lost.await(60, TimeUnit.SECONDS));
      try (Held next = there.lock(name).acquire(LONG)) {
        assertThrows(LockLostException.class, held::ensureValid);
        assertTrue(held.validUntil().orElseThrow().isBefore(Instant.now()));
        assertTrue(next.token() > held.token());
        // It does no harm, and was told.
        held.close();
        next.ensureValid();
        assertTrue(here.lock(name).tryAcquire().isEmpty());
      }
      // The connection serves on.
      assertTrue(isFree(victim.lock(name)));
    }
  }

  /** Whatever is taken and let go, one clock runs, and asks no more than it must. */
  @Test
  void manyLocksOneAfterTheOtherHaveOneClock() throws Exception {
    try (ZooKeeperLocks locks = connect("/locks")) {
      for (int i = 0; i < 50; i++) {
        locks.lock(newName()).tryAcquire().orElseThrow().close();
      }
      try (Held held = locks.lock(newName()).tryAcquire().orElseThrow()) {
        held.ensureValid();
        assertTrue(locks.ticks() <= 2, locks.ticks() + " ticks are to come");
      }
    }
  }

  /** Nobody asks for what is not held; that silence is none of the session's. */
  @Test
  void whoeverWaitedLongerThanASessionLastsHoldsWhatItIsGranted() throws Exception {
    String name = newName();
    Duration session = Duration.ofSeconds(4);
    try (ZooKeeperLocks patient =
        ZooKeeperLocks.connect(settings("/locks").withSessionTimeout(session))) {
      Held held = there.lock(name).tryAcquire().orElseThrow();
      CountDownLatch good = new CountDownLatch(1);
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Held mine = patient.lock(name).acquire()) {
                      mine.ensureValid();
                      good.countDown();
                    } catch (IOException | InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  });
      awaitWaiters(name, 1);
      Thread.sleep(session.plusSeconds(1));
      held.close();
      waiter.join();
      assertEquals(0, good.getCount(), "granted, and lost at once");
    }
  }

  /** Two find it out at once, and one of them is still telling it. */
  @Test
  void whatIsLostIsNotValidThoughNobodyHasBeenToldYet() throws Exception {
    String name = newName();
    try (CuratorFramework client = plainClient();
        ZooKeeperLocks victim = connect("/locks")) {
      Held held = victim.lock(name).tryAcquire().orElseThrow().detach();
      held.onLost(() -> {});
      ZooKeeperClaim claim =
          (ZooKeeperClaim) Objects.requireNonNull(((ClusterHeld) held).granted());
      // Whoever tells it waits here.
      synchronized (held) {
        client.delete().forPath(victim.pathOf(held));
        while (!claim.isOver()) {
          Thread.onSpinWait();
        }
        assertThrows(LockLostException.class, claim::release);
        assertThrows(LockLostException.class, held::ensureValid);
      }
      held.close();
    }
  }

  @Test
  void aLossThatNobodyAskedForIsToldByClose() throws Exception {
    String name = newName();
    try (ZooKeeperLocks victim = connect("/locks")) {
      Held held = victim.lock(name).tryAcquire().orElseThrow().detach();
      Held other = victim.lock(newName()).tryAcquire().orElseThrow();
      victim.endSession();
      there.lock(name).acquire(LONG).close();
      UncheckedIOException told = assertThrows(UncheckedIOException.class, held::close);
      assertInstanceOf(LockLostException.class, told.getCause());
      held.close();
      assertThrows(LockLostException.class, other::ensureValid);
      other.close();
    }
  }

  @Test
  void aNodeThatSomebodyRemovedIsALoss() throws Exception {
    String name = newName();
    try (CuratorFramework client = plainClient()) {
      Held held = here.lock(name).tryAcquire().orElseThrow();
      CountDownLatch lost = new CountDownLatch(1);
      held.onLost(lost::countDown);
      client.delete().forPath(node(held));
      assertTrue(lost.await(60, TimeUnit.SECONDS));
      held.close();

      Held silent = here.lock(name).tryAcquire().orElseThrow();
      client.delete().forPath(node(silent));
      assertThrows(LockLostException.class, silent::ensureValid);
      try (Held next = there.lock(name).tryAcquire().orElseThrow()) {
        silent.close();
        next.ensureValid();
      }

      Held unasked = here.lock(name).tryAcquire().orElseThrow();
      client.delete().forPath(node(unasked));
      assertThrows(UncheckedIOException.class, unasked::close);
    }
  }

  @Test
  void aWaiterWhoseSessionEndsStandsInLineAgain() throws Exception {
    String name = newName();
    try (ZooKeeperLocks victim = connect("/locks")) {
      Held held = there.lock(name).tryAcquire().orElseThrow();
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Held mine = victim.lock(name).acquire()) {
                      mine.ensureValid();
                    } catch (IOException | InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  });
      awaitWaiters(name, 1);
      victim.endSession();
      awaitWaiters(name, 1);
      held.close();
      waiter.join();
      assertTrue(isFree(there.lock(name)));
    }
  }

  @Test
  void tokensGrowThoughTheNumbersBeginAnew() throws Exception {
    String name = newName();
    long last;
    try (Held held = here.lock(name).tryAcquire().orElseThrow()) {
      last = held.token();
    }
    try (CuratorFramework client = plainClient()) {
      client.delete().forPath(here.directoryOf(name));
    }
    try (Held held = here.lock(name).tryAcquire().orElseThrow()) {
      assertTrue(node(held).endsWith("0000000000"), node(held));
      assertTrue(held.token() > last);
    }
  }

  @Test
  void excludesBesideCuratorsOwnLock() throws Exception {
    String name = newName();
    try (CuratorFramework client = plainClient()) {
      InterProcessReadWriteLock theirs =
          new InterProcessReadWriteLock(client, here.directoryOf(name));
      try (Held held = here.lock(name).tryAcquire().orElseThrow()) {
        assertFalse(theirs.writeLock().acquire(50, TimeUnit.MILLISECONDS));
        assertFalse(theirs.readLock().acquire(50, TimeUnit.MILLISECONDS));
        held.ensureValid();
      }
      assertTrue(theirs.writeLock().acquire(60, TimeUnit.SECONDS));
      assertTrue(here.lock(name).tryAcquire().isEmpty());
      assertTrue(here.lock(name).shared().tryAcquire().isEmpty());
      theirs.writeLock().release();
      assertTrue(theirs.readLock().acquire(60, TimeUnit.SECONDS));
      assertTrue(here.lock(name).tryAcquire().isEmpty());
      assertTrue(isFree(here.lock(name).shared()));
      theirs.readLock().release();
    }
  }

  @Test
  void whatOthersPutThereIsNoHindrance() throws Exception {
    String name = newName();
    try (CuratorFramework client = plainClient()) {
      client.create().creatingParentsIfNeeded().forPath(here.directoryOf(name) + "/notes");
      assertTrue(isFree(here.lock(name)));
      client.create().forPath(here.directoryOf(name) + "/x__WRIT__0000000099", new byte[] {-1});
      assertTrue(here.lock(name).tryAcquire().isEmpty());
      assertEquals(-1, here.lock(name).holders().getFirst().pid());
    }
  }

  @Test
  void permitsMustBeTheSameForAllAndANameHasOnePurpose() throws Exception {
    String name = newName();
    try (Held held = here.semaphore(name, 2).tryAcquire().orElseThrow()) {
      IOException other = assertThrows(IOException.class, there.semaphore(name, 3)::tryAcquire);
      assertTrue(String.valueOf(other.getMessage()).contains("2 permits"), other.getMessage());
      IOException mixed =
          assertThrows(IOException.class, () -> there.lock(name).attempt(Duration.ofSeconds(30)));
      assertTrue(String.valueOf(mixed.getMessage()).contains("semaphore"), mixed.getMessage());
      held.ensureValid();
    }
  }

  @Test
  void withCredentialsTheNodesAreOursAlone() throws Exception {
    String name = newName();
    ZooKeeperSettings known = settings("/private").withCredentials("ann:secret");
    assertFalse(known.toString().contains("secret"));
    try (ZooKeeperLocks ann = ZooKeeperLocks.connect(known);
        ZooKeeperLocks annAgain = ZooKeeperLocks.connect(known);
        ZooKeeperLocks bob =
            ZooKeeperLocks.connect(settings("/private").withCredentials("bob:guess"));
        ZooKeeperLocks stranger = ZooKeeperLocks.connect(settings("/private"));
        Held held = ann.lock(name).tryAcquire().orElseThrow()) {
      for (ZooKeeperLocks other : List.of(bob, stranger)) {
        IOException refused = assertThrows(IOException.class, () -> other.lock(name).tryAcquire());
        assertTrue(String.valueOf(refused.getMessage()).contains("NOAUTH"), refused.getMessage());
        assertFalse(String.valueOf(refused.getMessage()).contains("guess"), refused.getMessage());
      }
      assertTrue(annAgain.lock(name).tryAcquire().isEmpty());
      held.ensureValid();
      assertTrue(ann.states().toString().contains(name));
      IOException hidden = assertThrows(IOException.class, stranger::states);
      assertTrue(String.valueOf(hidden.getMessage()).contains("NOAUTH"), hidden.getMessage());
    }
  }

  @Test
  void whatIsNotToBeSeenDoesNotHideTheOthers() throws Exception {
    try (ZooKeeperLocks stranger = connect("/mixed");
        Held open = stranger.lock("open").tryAcquire().orElseThrow();
        ZooKeeperLocks ann =
            ZooKeeperLocks.connect(settings("/mixed").withCredentials("ann:secret"));
        Held closed = ann.lock("closed").tryAcquire().orElseThrow()) {
      String seen = stranger.states().toString();
      assertTrue(seen.contains("open") && seen.contains("NOAUTH"), seen);
      assertFalse(ann.states().toString().contains("NOAUTH"));
      open.ensureValid();
      closed.ensureValid();
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsNamed() throws Exception {
    // Listens, and never says a word.
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ZooKeeperSettings away =
          ZooKeeperSettings.of("127.0.0.1:" + silent.getLocalPort())
              .withTimeouts(Duration.ofMillis(300), Duration.ofMillis(300));
      ServerAwayException refused =
          assertThrows(ServerAwayException.class, () -> ZooKeeperLocks.connect(away));
      assertTrue(String.valueOf(refused.getMessage()).contains("127.0.0.1:"), refused.getMessage());
    }
  }

  @Test
  void settingsInWords() {
    ZooKeeperSettings settings =
        ZooKeeperLocks.settings(
            "a:1,b:2/x/y/", Map.of("session-timeout", "5000", "zookeeper.client.secure", "false"));
    assertEquals("/x/y", settings.path());
    assertEquals("a:1,b:2", settings.hosts());
    assertEquals(Duration.ofSeconds(5), settings.sessionTimeout());
    assertEquals("/holdfast", ZooKeeperSettings.of("a:1").path());
    for (Map<String, String> wrong :
        List.of(
            Map.of("session-timeout", "soon"),
            Map.of("colour", "red"),
            Map.of("credentials", "nobody"))) {
      assertThrows(IllegalArgumentException.class, () -> ZooKeeperLocks.settings("a:1", wrong));
    }
    assertThrows(IllegalArgumentException.class, () -> ZooKeeperSettings.of("user@host/x"));
    assertThrows(UnsupportedOperationException.class, () -> ZooKeeperLocks.KIND.named("somewhere"));
  }

  /** Last, and on an ensemble of its own: two of three servers go and come back. */
  @Test
  void withoutAQuorumTheHolderIsTold() throws Exception {
    try (TestingCluster small = new TestingCluster(3)) {
      small.start();
      ZooKeeperSettings quick =
          ZooKeeperSettings.of(small.getConnectString())
              .withSessionTimeout(Duration.ofSeconds(6))
              .withTimeouts(Duration.ofSeconds(60), Duration.ofSeconds(60));
      try (ZooKeeperLocks waiting = ZooKeeperLocks.connect(quick);
          ZooKeeperLocks refusing = ZooKeeperLocks.connect(quick.refusingWhileSuspended())) {
        Held held = waiting.lock("a").tryAcquire().orElseThrow();
        Held other = refusing.lock("b").tryAcquire().orElseThrow();
        CountDownLatch lost = new CountDownLatch(1);
        held.onLost(lost::countDown);
        List<InstanceSpec> servers = List.copyOf(small.getInstances());
        small.killServer(servers.get(0));
        small.killServer(servers.get(1));
        assertTrue(lost.await(60, TimeUnit.SECONDS));
        assertThrows(LockLostException.class, held::ensureValid);
        assertThrows(IOException.class, other::ensureValid);
        Optional<HostLock> busy = Optional.of(refusing.lock("c"));
        assertThrows(ServerAwayException.class, () -> busy.get().attempt(LONG));
        assertThrows(
            ServerAwayException.class, () -> waiting.lock("c").attempt(Duration.ofMillis(100)));
        held.close();
        small.restartServer(servers.get(0));
        small.restartServer(servers.get(1));
        try (Held again = waiting.lock("a").acquire(Duration.ofSeconds(90))) {
          again.ensureValid();
        }
      }
    }
  }
}
