package dev.holdfast.cluster;

import dev.holdfast.cluster.SimulatedEnsemble.Costs;
import dev.holdfast.cluster.SimulatedLocks.Plan;
import dev.holdfast.cluster.SimulatedLocks.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingCluster;
import org.apache.zookeeper.ZooKeeper;

/**
 * What more clients than a machine has room for would do to an ensemble: {@code
 * bench/cluster-simulation.sh}. What a read, a name in a list and a transaction cost is measured
 * first, on an ensemble of three in this process; the rest is {@link SimulatedLocks}. All is told
 * in transactions: what an ensemble with real disks does of these in a second its users know.
 */
final class ClusterSimulation {
  private static final int TOGETHER = 10;

  /** What is taken if nothing is measured: a transaction is one, and the rest beside it. */
  static final Costs USUAL = new Costs(1, 0.3, 0.001, 1);

  private ClusterSimulation() {}

  /**
   * @param sizes how many clients, each number in its turn
   */
  static void main(String[] sizes) {
    int status = 0;
    try {
      Costs costs = measure();
      System.out.printf(
          "measured, in transactions: a read %.2f, a name in a list %.5f, a trip %.2f%n",
          costs.read(), costs.name(), costs.trip());
      List<Integer> clients =
          sizes.length == 0
              ? List.of(100, 1_000, 2_000, 10_000, 50_000)
              : Arrays.stream(sizes).map(Integer::valueOf).toList();
      clients.forEach(size -> simulate(size, costs));
    } catch (Exception | AssertionError e) {
      // ZooKeeper keeps such a thing to itself.
      e.printStackTrace();
      status = 1;
    }
    System.exit(status);
  }

  private static void simulate(int clients, Costs costs) {
    SimulatedLocks line = run(new Plan(clients, clients, 1, 0, Recipe.OURS), costs);
    SimulatedLocks groups = run(new Plan(clients, TOGETHER, 5, 20, Recipe.OURS), costs);
    System.out.printf(
        "%d clients: one line: %.1f transactions of time, %.0f names read and %.1f reads for each"
            + " grant, at most %d told of one change; %d lines: %.2f transactions of time for each"
            + " grant, the leader busy for %.0f %% of it; at most %d and %d held one at once%n",
        clients,
        line.ensemble().now() / line.grants / costs.write(),
        (double) line.ensemble().names / line.grants,
        (double) line.ensemble().reads / line.grants,
        line.ensemble().mostEvents,
        clients / TOGETHER,
        groups.ensemble().now() / groups.grants / costs.write(),
        100.0 * groups.ensemble().transactions * costs.write() / groups.ensemble().now(),
        line.mostHolders,
        groups.mostHolders);
  }

  private static SimulatedLocks run(Plan plan, Costs costs) {
    SimulatedLocks run = new SimulatedLocks(plan, costs, 1).run();
    long asked = (long) plan.clients() * plan.times();
    if (run.grants + run.withdrawn != asked || run.mostHolders != 1 || run.outOfOrder != 0) {
      throw new AssertionError(
          plan
              + ": "
              + run.grants
              + " granted, "
              + run.withdrawn
              + " withdrawn, at most "
              + run.mostHolders
              + " at once, "
              + run.outOfOrder
              + " out of order");
    }
    return run;
  }

  // --- what things cost -------------------------------------------------------------------------

  private static Costs measure() throws Exception {
    int names = 2000;
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (CuratorFramework client =
          CuratorFrameworkFactory.newClient(ensemble.getConnectString(), new RetryOneTime(100))) {
        client.start();
        client.create().forPath("/few");
        client.create().forPath("/many");
        for (int i = 0; i < names; i++) {
          client.create().forPath("/many/_c_00000000-0000-0000-0000-000000000000-__WRIT__" + i);
        }
        ZooKeeper handle = client.getZookeeperClient().getZooKeeper();
        List<Costs> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
          // The first is for the compiler.
          all.add(measure(handle, names));
        }
        all.removeFirst();
        double write = median(all.stream().map(Costs::write).toList());
        return new Costs(
            median(all.stream().map(Costs::trip).toList()) / write,
            median(all.stream().map(Costs::read).toList()) / write,
            median(all.stream().map(Costs::name).toList()) / write,
            1);
      }
    }
  }

  /** In nanoseconds. Sent without waiting they cost what the server needs; one by one, the trip. */
  private static Costs measure(ZooKeeper handle, int names) throws Exception {
    int times = 2000;
    double read =
        inOneGo(
            times, (done) -> handle.exists("/few", false, (_, _, _, _) -> done.countDown(), null));
    double list =
        inOneGo(
            times / 20,
            (done) ->
                handle.getChildren(
                    "/many",
                    false,
                    (int _, String _, Object _, List<String> _) -> done.countDown(),
                    null));
    double write =
        inOneGo(
            times,
            (done) ->
                handle.setData("/few", new byte[100], -1, (_, _, _, _) -> done.countDown(), null));
    long start = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      handle.exists("/few", false);
    }
    double alone = (System.nanoTime() - start) / 200.0;
    return new Costs(Math.max(0, alone - read), read, Math.max(0, list - read) / names, write);
  }

  /** Something that is sent, and answered later. */
  private interface Sent {
    void send(CountDownLatch done);
  }

  private static double inOneGo(int times, Sent sent) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(times);
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      sent.send(done);
    }
    done.await();
    return (System.nanoTime() - start) / (double) times;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
