package dev.holdfast.cluster;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.postgresql.PGStatement;

/**
 * What a lock and its release cost beside Curator's own lock and plain SQL, and how often two
 * clients hand it over in a second: {@code bench/cluster-cost.sh}. The contestants take turns, so
 * that a slow moment of the machine hits all; what is printed are medians.
 */
public final class ClusterCost {
  private static final int TURNS = Integer.getInteger("holdfast.cluster.cost.turns", 15);
  private static final int TIMES = Integer.getInteger("holdfast.cluster.cost.times", 200);

  /** It answers so much faster that the JVM would still be compiling. */
  private static final int TIMES_OF_POSTGRES = 10 * TIMES;

  private ClusterCost() {}

  /** Takes it and lets go. */
  private interface Once {
    void run() throws Exception;
  }

  /**
   * Prints what each costs.
   *
   * @param kinds which, {@code zookeeper} or {@code postgresql}; both if none is named
   */
  public static void main(String[] kinds) throws Exception {
    List<String> wanted = kinds.length == 0 ? List.of("zookeeper", "postgresql") : List.of(kinds);
    if (wanted.contains("zookeeper")) {
      compareZooKeeper();
    }
    if (wanted.contains("postgresql")) {
      comparePostgres();
    }
    System.exit(0);
  }

  /**
   * @param ours and {@code theirs}: one client of each
   * @param ours2 and {@code theirs2}: another client of each, for hand-overs
   */
  private record Four(Once ours, Once theirs, Once ours2, Once theirs2) {}

  /** Those of one turn. */
  private interface Turn {
    Four begin(int number) throws Exception;
  }

  /**
   * In each turn the clients are connected anew, ours and theirs to the same servers: what a client
   * of the leader has to wait for is not what one of a follower has.
   */
  private static void compareZooKeeper() throws Exception {
    List<AutoCloseable> connections = new ArrayList<>();
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      List<InstanceSpec> servers = List.copyOf(ensemble.getInstances());
      compare(
          "zookeeper",
          TIMES,
          number -> {
            close(connections);
            String one = address(servers.get(number % 3));
            String another = address(servers.get((number + 1) % 3));
            return new Four(
                once(kept(connections, ours(one)).lock("a")),
                once(new InterProcessMutex(kept(connections, curator(one)), "/theirs/a")),
                once(kept(connections, ours(another)).lock("a")),
                once(new InterProcessMutex(kept(connections, curator(another)), "/theirs/a")));
          });
    } finally {
      close(connections);
    }
  }

  private static String address(InstanceSpec server) {
    return "127.0.0.1:" + server.getPort();
  }

  private static <C extends AutoCloseable> C kept(List<AutoCloseable> all, C connection) {
    all.add(connection);
    return connection;
  }

  private static void close(List<AutoCloseable> all) throws Exception {
    for (AutoCloseable one : all) {
      one.close();
    }
    all.clear();
  }

  private static ZooKeeperLocks ours(String server) throws IOException {
    return ZooKeeperLocks.connect(ZooKeeperSettings.of(server + "/ours"));
  }

  private static void comparePostgres() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
      PostgresSettings settings =
          PostgresSettings.of(server.at(), Map.of()).withUser("postgres", "");
      try (PostgresLocks locks = PostgresLocks.connect(settings);
          PostgresLocks others = PostgresLocks.connect(settings);
          Connection plain = PostgresEngine.connect(settings);
          Connection other = PostgresEngine.connect(settings)) {
        Four four =
            new Four(once(locks.lock("a")), once(plain), once(others.lock("a")), once(other));
        compare("postgresql", TIMES_OF_POSTGRES, _ -> four);
      }
    }
  }

  private static CuratorFramework curator(String server) {
    CuratorFramework client = CuratorFrameworkFactory.newClient(server, new RetryOneTime(100));
    client.start();
    return client;
  }

  private static Once once(HostLock lock) {
    return () -> {
      try (Held held = lock.acquire()) {
        if (!held.isOpen()) {
          throw new AssertionError(held);
        }
      }
    };
  }

  private static Once once(InterProcessMutex lock) {
    return () -> {
      lock.acquire();
      lock.release();
    };
  }

  private static Once once(Connection connection) {
    return () -> {
      for (String call : new String[] {"pg_advisory_lock", "pg_advisory_unlock"}) {
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + call + "(42)")) {
          statement.unwrap(PGStatement.class).setPrepareThreshold(1);
          statement.execute();
        }
      }
    };
  }

  private static void compare(String kind, int times, Turn turns) throws Exception {
    Map<String, double[]> micros = new LinkedHashMap<>();
    Map<String, double[]> handOvers = new LinkedHashMap<>();
    for (String who : new String[] {"ours", "theirs"}) {
      micros.put(who, new double[TURNS]);
      handOvers.put(who, new double[TURNS]);
    }
    for (int turn = 0; turn < TURNS; turn++) {
      Four four = turns.begin(turn);
      // What is compiled, and made anew by a new connection, is not what is compared.
      int before = turn == 0 ? 5 * times : times / 4;
      handOvers(before, four.ours(), four.ours2());
      handOvers(before, four.theirs(), four.theirs2());
      // Whoever comes first is not always the same.
      for (boolean ours :
          turn % 2 == 0 ? new boolean[] {true, false} : new boolean[] {false, true}) {
        String who = ours ? "ours" : "theirs";
        Once one = ours ? four.ours() : four.theirs();
        set(micros, who, turn, latency(times, one));
        set(handOvers, who, turn, handOvers(times, one, ours ? four.ours2() : four.theirs2()));
      }
    }
    System.out.printf(
        "%s: lock and unlock: ours %.0f µs, theirs %.0f µs, ratio %.2f%n",
        kind,
        median(micros, "ours"),
        median(micros, "theirs"),
        median(micros, "ours") / median(micros, "theirs"));
    System.out.printf(
        "%s: hand-overs a second: ours %.0f, theirs %.0f, ratio %.2f%n",
        kind,
        median(handOvers, "ours"),
        median(handOvers, "theirs"),
        median(handOvers, "ours") / median(handOvers, "theirs"));
  }

  private static void set(Map<String, double[]> all, String who, int turn, double value) {
    all.getOrDefault(who, new double[TURNS])[turn] = value;
  }

  private static double median(Map<String, double[]> all, String who) {
    double[] values = all.getOrDefault(who, new double[1]).clone();
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Microseconds for one. */
  private static double latency(int times, Once once) throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      once.run();
    }
    return (System.nanoTime() - start) / 1e3 / times;
  }

  /** Two who always want it. */
  private static double handOvers(int times, Once one, Once other) throws Exception {
    AtomicInteger count = new AtomicInteger();
    AtomicBoolean end = new AtomicBoolean();
    Thread[] threads = new Thread[2];
    long start = System.nanoTime();
    for (int i = 0; i < 2; i++) {
      Once mine = i == 0 ? one : other;
      threads[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!end.get()) {
                        mine.run();
                        if (count.incrementAndGet() >= 2 * times) {
                          end.set(true);
                        }
                      }
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return count.get() / ((System.nanoTime() - start) / 1e9);
  }
}
