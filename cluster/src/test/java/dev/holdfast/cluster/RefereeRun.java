package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;

/**
 * Three processes that count while they hold one lock, and what can befall them and their servers.
 * Each fault returns when its consequences were seen: the late write refused, the loss told, others
 * at work.
 */
final class RefereeRun implements AutoCloseable {
  /** Whoever waits longer waits for ever. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final ClusterReferee referee = new ClusterReferee();
  private final Map<String, Process> clients = new LinkedHashMap<>();
  private final Map<String, Cable> cables = new LinkedHashMap<>();
  private final String kind;
  private final List<Integer> ports;
  private final String path;
  private final ClientClocks clocks;
  private final boolean namespaces;
  private final Random random;
  private int started;

  /** What is done while a client is stopped, or cut off. */
  interface Meanwhile {
    void run(String client) throws Exception;
  }

  /**
   * @param path what comes after the servers' addresses
   * @param namespaces whether the kernel cuts the network, which takes root, or a relay of ours
   * @param random who is befallen
   */
  RefereeRun(
      String kind,
      List<Integer> ports,
      String path,
      ClientClocks clocks,
      boolean namespaces,
      Random random)
      throws IOException, InterruptedException {
    this.kind = kind;
    this.ports = ports;
    this.path = path;
    this.clocks = clocks;
    this.namespaces = namespaces;
    this.random = random;
    for (int i = 0; i < 3; i++) {
      start();
    }
  }

  private void start() throws IOException, InterruptedException {
    String name = "client-" + started++;
    Cable cable =
        namespaces
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
    client.environment().putAll(clocks.environment(name));
    clients.put(name, client.start());
  }

  private String any() {
    return List.copyOf(clients.keySet()).get(random.nextInt(clients.size()));
  }

  private Process client(String name) {
    return Objects.requireNonNull(clients.get(name), name);
  }

  // --- waiting ----------------------------------------------------------------------------------

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
      assertTrue(
          System.nanoTime() < end,
          () -> "waited in vain until " + what + "; the last events: " + lastEvents());
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private List<History.Event> lastEvents() {
    List<History.Event> events = referee.events();
    return events.subList(Math.max(0, events.size() - 40), events.size());
  }

  // --- faults -----------------------------------------------------------------------------------

  /** It has read, and is stopped until its session is over and another has written. */
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

  private static void signal(String name, Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor());
  }

  /** The same, and its clock is two hours behind when it goes on. */
  void pauseAndSetTheClockBack() throws Exception {
    String[] victim = new String[1];
    pauseUntilAnotherWrote(
        client -> {
          victim[0] = client;
          clocks.set(client, -2);
        });
    clocks.set(victim[0], 0);
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

  /** That of one client, while it holds; and set right again. */
  void moveTheClock(int hours) throws Exception {
    long losses = referee.losses();
    String holder = any();
    ClusterReferee.Halt halt = referee.halt(holder, ClusterReferee.GO_ON);
    halt.reached.await();
    clocks.set(holder, hours);
    halt.goOn.countDown();
    await(5);
    halt = referee.halt(holder, ClusterReferee.GO_ON);
    halt.reached.await();
    long ahead = Duration.ofMillis(referee.aheadMillis(holder)).toMinutes();
    halt.goOn.countDown();
    assertTrue(Math.abs(ahead - 60L * hours) < 30, "its clock is ahead by " + ahead + " minutes");
    clocks.set(holder, 0);
    await(2);
    // A machine that is very busy may lose one for want of an answer: that is not asserted.
    System.out.printf(
        "referee: while the clock of %s was moved by %d hours %d locks were lost%n",
        holder, hours, referee.losses() - losses);
  }

  void endASession() throws Exception {
    long losses = referee.losses();
    ClusterReferee.Halt halt = referee.halt(any(), ClusterReferee.END_YOUR_SESSION);
    halt.goOn.countDown();
    until("the loss is told", () -> referee.losses() > losses);
    await(3);
  }

  /** With the lock in its hands; another takes its place. */
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

  /** Of an ensemble the server that leads, or one that does not; and it comes back. */
  void killServer(TestingCluster ensemble, boolean leader) throws Exception {
    InstanceSpec server = Ensembles.one(ensemble, leader);
    ensemble.killServer(server);
    await(5);
    ensemble.restartServer(server);
    await(5);
  }

  // --- the end ----------------------------------------------------------------------------------

  /** Ends all clients; fails if anything that was told is wrong, or the run could show nothing. */
  void judge() throws Exception {
    for (Map.Entry<String, Process> client : clients.entrySet()) {
      client.getValue().destroyForcibly().waitFor();
      referee.ended(client.getKey());
    }
    List<History.Event> events = referee.events();
    List<String> wrongs = History.wrongs(events);
    System.out.println(
        "referee: "
            + kind
            + ": "
            + events.size()
            + " events, "
            + referee.acceptedWrites()
            + " writes accepted, "
            + referee.refusedWrites()
            + " with an old token refused, "
            + referee.losses()
            + " losses told, "
            + wrongs.size()
            + " wrongs; the register that asks for no token lost "
            + referee.naiveLost()
            + " updates");
    assertEquals(List.of(), wrongs);
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
