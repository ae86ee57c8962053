package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  private final Random random = new Random(1);

  @Test
  void zooKeeper() throws Exception {
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (Run run = new Run("zookeeper", ensemble.getConnectString() + "/referee")) {
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
  void postgreSql() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        Run run = new Run("postgresql", server.at())) {
      run.await(10);
      for (int round = 0; round < ROUNDS; round++) {
        run.pauseUntilAnotherWrote(
            () -> {
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

  /** What is done while a client is stopped. */
  private interface Meanwhile {
    void run() throws Exception;
  }

  private final class Run implements AutoCloseable {
    private final ClusterReferee referee = new ClusterReferee();
    private final Map<String, Process> clients = new LinkedHashMap<>();
    private final String kind;
    private final String at;
    private int started;

    Run(String kind, String at) throws IOException {
      this.kind = kind;
      this.at = at;
      for (int i = 0; i < 3; i++) {
        start();
      }
    }

    private void start() throws IOException {
      String name = "client-" + started++;
      List<String> command =
          ChildJvm.commandWith(
              List.of("-Xmx96m", "-Dslf4j.internal.verbosity=ERROR"),
              RefereeClient.class,
              kind,
              at,
              Integer.toString(referee.port()),
              name);
      clients.put(name, new ProcessBuilder(command).inheritIO().start());
    }

    private String any() {
      return List.copyOf(clients.keySet()).get(random.nextInt(clients.size()));
    }

    /** Until so many more writes were accepted. */
    void await(int writes) throws InterruptedException {
      long wanted = referee.acceptedWrites() + writes;
      while (referee.acceptedWrites() < wanted) {
        for (Map.Entry<String, Process> client : clients.entrySet()) {
          assertTrue(client.getValue().isAlive(), client.getKey() + " ended by itself");
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    void pauseUntilAnotherWrote() throws Exception {
      pauseUntilAnotherWrote(() -> {});
    }

    void pauseUntilAnotherWrote(Meanwhile meanwhile) throws Exception {
      String victim = any();
      Process process = client(victim);
      ClusterReferee.Halt halt = referee.halt(victim, ClusterReferee.GO_ON);
      halt.reached.await();
      signal("STOP", process);
      halt.goOn.countDown();
      meanwhile.run();
      await(3);
      long refused = referee.refusedWrites();
      long losses = referee.losses();
      signal("CONT", process);
      while (referee.refusedWrites() == refused || referee.losses() == losses) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    void endASession() throws Exception {
      long losses = referee.losses();
      ClusterReferee.Halt halt = referee.halt(any(), ClusterReferee.END_YOUR_SESSION);
      halt.goOn.countDown();
      while (referee.losses() == losses) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
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
      referee.close();
    }
  }
}
