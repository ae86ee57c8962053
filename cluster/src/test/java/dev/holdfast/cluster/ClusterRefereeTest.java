package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.CompiledC;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes that count while they hold one lock, and are stopped, killed and cut off at the
 * worst moments; and so are the servers. The register that asks for tokens must count right, every
 * loss must be told, and the register that does not ask must have gone wrong in the same run.
 *
 * <p>Longer with {@code -Dholdfast.cluster.referee.rounds=N}; see {@code bench/cluster-referee.sh}.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS)
class ClusterRefereeTest {
  private static final int ROUNDS = Integer.getInteger("holdfast.cluster.referee.rounds", 1);

  /** Whether the kernel cuts the network, which takes root, or a relay of this test. */
  private static final boolean NAMESPACES = Boolean.getBoolean("holdfast.cluster.referee.netns");

  /** Whoever waits longer waits for ever. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;

  private final Random random = new Random(1);

  @BeforeAll
  static void requirements() {
    if (NAMESPACES) {
      Requirements.root("network namespaces");
      Requirements.program("ip");
    }
  }

  @Test
  void zooKeeper() throws Exception {
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (Run run = new Run("zookeeper", ports(ensemble), "/referee", Map.of())) {
        run.await(10);
        for (int round = 0; round < ROUNDS; round++) {
          run.pauseUntilAnotherWrote();
          run.endASession();
          InstanceSpec leader = leader(ensemble, true);
          ensemble.killServer(leader);
          run.await(5);
          run.kill();
          ensemble.restartServer(leader);
          run.await(5);
          InstanceSpec follower = leader(ensemble, false);
          ensemble.killServer(follower);
          run.await(5);
          ensemble.restartServer(follower);
          run.await(5);
        }
        run.judge();
      }
    }
  }

  @Test
  void zooKeeperWhoseClientsAreCutOff() throws Exception {
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (Run run = new Run("zookeeper", ports(ensemble), "/referee", Map.of())) {
        run.await(5);
        for (int round = 0; round < ROUNDS; round++) {
          for (Cable.Cut cut : Cable.Cut.values()) {
            run.cutUntilAnotherWrote(cut, _ -> {});
          }
        }
        run.judge();
      }
    }
  }

  /** A clock that can be set is not looked at: nothing is lost by it, and nothing kept. */
  @Test
  void zooKeeperWhileAClockIsMoved() throws Exception {
    Path clock = directory.resolve("clock");
    setAhead(clock, 0);
    Path library =
        CompiledC.resource(
            ClusterRefereeTest.class, directory, "client-clock.c", "-shared", "-fPIC");
    Map<String, String> environment =
        Map.of("LD_PRELOAD", library.toString(), "HOLDFAST_CLOCK", clock.toString());
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (Run run = new Run("zookeeper", ports(ensemble), "/referee", environment)) {
        for (int round = 0; round < ROUNDS; round++) {
          for (long hours : new long[] {2, -2}) {
            run.moveTheClock(clock, hours);
            setAhead(clock, 0);
            run.await(2);
          }
          run.pauseUntilAnotherWrote(_ -> setAhead(clock, -2 * HOUR_SECONDS));
          setAhead(clock, 0);
        }
        run.judge();
      }
    }
  }

  @Test
  void postgreSql() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        Run run = new Run("postgresql", List.of(server.port()), "/postgres", Map.of())) {
      run.await(10);
      for (int round = 0; round < ROUNDS; round++) {
        run.pauseUntilAnotherWrote(
            _ -> {
              // The server keeps a session of a process that is stopped: only its own end frees it.
              server.kill();
              server.run();
            });
        run.kill();
        run.await(10);
      }
      run.judge();
    }
  }

  @Test
  void postgreSqlWhoseClientsAreCutOff() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        Run run = new Run("postgresql", List.of(server.port()), "/postgres", Map.of())) {
      run.await(5);
      for (int round = 0; round < ROUNDS; round++) {
        for (Cable.Cut cut : Cable.Cut.values()) {
          // As its keep-alive would end it, after hours.
          run.cutUntilAnotherWrote(cut, _ -> server.sql(END_THE_HOLDER));
        }
      }
      run.judge();
    }
  }

  @Test
  void postgreSqlThatFailsOver() throws Exception {
    EmbeddedPostgres primary = EmbeddedPostgres.start();
    EmbeddedPostgres replica = null;
    try {
      replica = primary.replica();
      List<Integer> ports = List.of(primary.port(), replica.port());
      try (Run run = new Run("postgresql", ports, "/postgres", Map.of())) {
        run.await(5);
        EmbeddedPostgres next = replica;
        run.pauseUntilAnotherWrote(
            _ -> {
              primary.kill();
              next.promote();
            });
        run.await(5);
        run.judge();
      }
    } finally {
      if (replica != null) {
        replica.kill();
      }
      primary.close();
    }
  }

  private static final String END_THE_HOLDER =
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted";

  private static final long HOUR_SECONDS = 3600;

  private static void setAhead(Path clock, long seconds) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    bytes.putLong(seconds).flip();
    // In place: it is mapped.
    try (FileChannel file =
        FileChannel.open(clock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(bytes);
    }
  }

  private static List<Integer> ports(TestingCluster ensemble) {
    return ensemble.getInstances().stream().map(InstanceSpec::getPort).toList();
  }

  /** One of them that leads, or that does not. */
  private static InstanceSpec leader(TestingCluster ensemble, boolean leads) throws IOException {
    for (; ; ) {
      for (InstanceSpec server : ensemble.getInstances()) {
        if (answer(server.getPort()).contains("Mode: " + (leads ? "leader" : "follower"))) {
          return server;
        }
      }
      Thread.onSpinWait();
    }
  }

  private static String answer(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException notNow) {
      return "";
    }
  }

  /** What is done while a client is stopped, or cut off. */
  private interface Meanwhile {
    void run(String client) throws Exception;
  }

  private final class Run implements AutoCloseable {
    private final ClusterReferee referee = new ClusterReferee();
    private final Map<String, Process> clients = new LinkedHashMap<>();
    private final Map<String, Cable> cables = new LinkedHashMap<>();
    private final String kind;
    private final List<Integer> ports;
    private final String path;
    private final Map<String, String> environment;
    private int started;

    Run(String kind, List<Integer> ports, String path, Map<String, String> environment)
        throws IOException, InterruptedException {
      this.kind = kind;
      this.ports = ports;
      this.path = path;
      this.environment = environment;
      for (int i = 0; i < 3; i++) {
        start();
      }
    }

    private void start() throws IOException, InterruptedException {
      String name = "client-" + started++;
      Cable cable =
          NAMESPACES
              ? new NamespaceCable(ports, referee.port())
              : new RelayCable(ports, referee.port());
      cables.put(name, cable);
      List<String> command =
          ChildJvm.commandWith(
              List.of("-Xmx96m", "-Dslf4j.internal.verbosity=ERROR"),
              RefereeClient.class,
              kind,
              cable.hosts() + path,
              cable.referee(),
              name);
      ProcessBuilder client = new ProcessBuilder(cable.around(command)).inheritIO();
      client.environment().putAll(environment);
      clients.put(name, client.start());
    }

    private String any() {
      return List.copyOf(clients.keySet()).get(random.nextInt(clients.size()));
    }

    /** Until so many more writes were accepted. */
    void await(int writes) throws InterruptedException {
      long wanted = referee.acceptedWrites() + writes;
      until(writes + " more writes", () -> referee.acceptedWrites() >= wanted);
    }

    private void until(String what, BooleanSupplier happened) throws InterruptedException {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!happened.getAsBoolean()) {
        for (Map.Entry<String, Process> client : clients.entrySet()) {
          assertTrue(client.getValue().isAlive(), client.getKey() + " ended by itself");
        }
        List<History.Event> events = referee.events();
        assertTrue(
            System.nanoTime() < end,
            () ->
                "waited in vain until "
                    + what
                    + "; the last events: "
                    + events.subList(Math.max(0, events.size() - 40), events.size()));
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    void pauseUntilAnotherWrote() throws Exception {
      pauseUntilAnotherWrote(_ -> {});
    }

    void pauseUntilAnotherWrote(Meanwhile meanwhile) throws Exception {
      String victim = any();
      Process process = client(victim);
      ClusterReferee.Halt halt = referee.halt(victim, ClusterReferee.GO_ON);
      halt.reached.await();
      signal("STOP", process);
      halt.goOn.countDown();
      meanwhile.run(victim);
      await(3);
      long refused = referee.refusedWrites();
      long losses = referee.losses();
      signal("CONT", process);
      until(
          victim + " is refused and told",
          () -> referee.refusedWrites() > refused && referee.losses() > losses);
    }

    /** It has read, and writes while it is cut off from the servers, when another has written. */
    void cutUntilAnotherWrote(Cable.Cut cut, Meanwhile meanwhile) throws Exception {
      String victim = any();
      Cable cable = Objects.requireNonNull(cables.get(victim));
      ClusterReferee.Halt halt = referee.halt(victim, ClusterReferee.GO_ON);
      halt.reached.await();
      cable.cut(cut);
      meanwhile.run(victim);
      await(3);
      long refused = referee.refusedWrites();
      long losses = referee.losses();
      halt.goOn.countDown();
      // The loss is told while it is still cut off.
      until(
          victim + " is refused and told",
          () -> referee.refusedWrites() > refused && referee.losses() > losses);
      cable.mend();
      await(1);
    }

    /** Of all clients, while one of them holds. */
    void moveTheClock(Path clock, long hours) throws Exception {
      long losses = referee.losses();
      String holder = any();
      ClusterReferee.Halt halt = referee.halt(holder, ClusterReferee.GO_ON);
      halt.reached.await();
      setAhead(clock, hours * HOUR_SECONDS);
      halt.goOn.countDown();
      await(5);
      halt = referee.halt(holder, ClusterReferee.GO_ON);
      halt.reached.await();
      long ahead = Duration.ofMillis(referee.aheadMillis(holder)).toMinutes();
      halt.goOn.countDown();
      assertTrue(Math.abs(ahead - hours * 60) < 30, "its clock is ahead by " + ahead + " minutes");
      System.out.println(
          "referee: a clock that was moved by "
              + hours
              + " hours took "
              + (referee.losses() - losses)
              + " locks");
    }

    void endASession() throws Exception {
      long losses = referee.losses();
      ClusterReferee.Halt halt = referee.halt(any(), ClusterReferee.END_YOUR_SESSION);
      halt.goOn.countDown();
      until("the loss is told", () -> referee.losses() > losses);
      await(3);
    }

    /** With the lock in its hands. */
    void kill() throws Exception {
      String victim = any();
      ClusterReferee.Halt halt = referee.halt(victim, ClusterReferee.GO_ON);
      halt.reached.await();
      client(victim).destroyForcibly().waitFor();
      clients.remove(victim);
      referee.ended(victim);
      halt.goOn.countDown();
      start();
      await(3);
    }

    private Process client(String name) {
      Process process = clients.get(name);
      if (process == null) {
        throw new AssertionError(name);
      }
      return process;
    }

    private static void signal(String name, Process process) throws Exception {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      assertEquals(0, kill.waitFor());
    }

    void judge() throws Exception {
      for (Map.Entry<String, Process> client : clients.entrySet()) {
        client.getValue().destroyForcibly().waitFor();
        referee.ended(client.getKey());
      }
      List<History.Event> events = new ArrayList<>(referee.events());
      System.out.println(
          "referee: "
              + kind
              + ": "
              + events.size()
              + " events, "
              + referee.acceptedWrites()
              + " writes accepted, "
              + referee.refusedWrites()
              + " refused, "
              + referee.losses()
              + " losses told, "
              + referee.naiveLost()
              + " updates lost by the naive register");
      assertEquals(List.of(), History.wrongs(events));
      assertTrue(referee.refusedWrites() > 0, "nothing was refused: the run shows nothing");
      assertTrue(referee.naiveLost() > 0, "the naive register lost nothing");
    }

    @Override
    public void close() throws IOException {
      clients.values().forEach(Process::destroyForcibly);
      for (Cable cable : cables.values()) {
        cable.close();
      }
      referee.close();
    }
  }
}
