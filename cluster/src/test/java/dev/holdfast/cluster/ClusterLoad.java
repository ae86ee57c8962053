package dev.holdfast.cluster;

import dev.holdfast.locks.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;

/**
 * Thousands of clients, each a session of its own, on an ensemble of three in this process: {@code
 * bench/cluster-load.sh}. First all want one lock, so that they stand in one line; then each ten of
 * them share one. It says how many were granted a second, and how many held one lock at once.
 */
final class ClusterLoad {
  private static final int CLIENTS = Integer.getInteger("holdfast.cluster.load.clients", 2000);
  private static final int GROUP = 10;
  private static final int CONNECTING = 50;

  private ClusterLoad() {}

  static void main(String[] arguments) {
    int status = 0;
    try {
      run();
    } catch (Exception e) {
      // ZooKeeper keeps such a thing to itself.
      e.printStackTrace();
      status = 1;
    }
    System.exit(status);
  }

  private static void run() throws Exception {
    // Each client has a connection to one of them.
    System.setProperty("zookeeper.maxCnxns", "0");
    List<InstanceSpec> servers = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      servers.add(new InstanceSpec(null, -1, -1, -1, true, i, 2000, CLIENTS * 2));
    }
    try (TestingCluster ensemble = new TestingCluster(servers);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ensemble.start();
      String at = ensemble.getConnectString() + "/load";
      long start = System.nanoTime();
      List<ZooKeeperLocks> clients = connect(threads, at);
      say("%d sessions in %.0f s", clients.size(), seconds(start));
      oneLine(threads, clients);
      groups(threads, clients);
      System.exit(0); // not by closing each of them
    }
  }

  private static List<ZooKeeperLocks> connect(ExecutorService threads, String at) throws Exception {
    Semaphore several = new Semaphore(CONNECTING);
    List<Future<ZooKeeperLocks>> connecting = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      connecting.add(
          threads.submit(
              () -> {
                several.acquire();
                try {
                  return ZooKeeperLocks.connect(
                      ZooKeeperSettings.of(at)
                          .withSessionTimeout(Duration.ofSeconds(40))
                          .withTimeouts(Duration.ofMinutes(5), Duration.ofMinutes(5)));
                } finally {
                  several.release();
                }
              }));
    }
    List<ZooKeeperLocks> clients = new ArrayList<>();
    for (Future<ZooKeeperLocks> one : connecting) {
      clients.add(one.get());
    }
    return clients;
  }

  /** All of them stand in line for one lock; then the line is served. */
  private static void oneLine(ExecutorService threads, List<ZooKeeperLocks> clients)
      throws Exception {
    AtomicInteger holding = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicLong last = new AtomicLong();
    List<Future<?>> waiting = new ArrayList<>();
    long start;
    try (Held first = clients.getFirst().lock("one").acquire()) {
      last.set(first.token());
      for (ZooKeeperLocks client : clients.subList(1, clients.size())) {
        waiting.add(
            threads.submit(
                () -> {
                  try (Held held = client.lock("one").acquire()) {
                    most.accumulateAndGet(holding.incrementAndGet(), Math::max);
                    if (last.getAndSet(held.token()) >= held.token()) {
                      throw new IllegalStateException("the tokens do not grow");
                    }
                    holding.decrementAndGet();
                  }
                  return null;
                }));
      }
      while (clients.getFirst().states().getFirst().waiters().size() < waiting.size()) {
        Thread.sleep(100);
      }
      first.ensureValid();
      start = System.nanoTime();
    }
    for (Future<?> one : waiting) {
      one.get();
    }
    say(
        "one lock: %d in line, served at %.0f hand-overs a second, at most %d held it at once",
        waiting.size(), waiting.size() / seconds(start), most.get());
  }

  private static void groups(ExecutorService threads, List<ZooKeeperLocks> clients)
      throws Exception {
    int times = 5;
    CountDownLatch begin = new CountDownLatch(1);
    AtomicInteger again = new AtomicInteger();
    AtomicInteger[] holding = new AtomicInteger[clients.size() / GROUP + 1];
    Arrays.setAll(holding, _ -> new AtomicInteger());
    AtomicInteger most = new AtomicInteger();
    List<Future<?>> working = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      int group = i / GROUP;
      ZooKeeperLocks client = clients.get(i);
      working.add(
          threads.submit(
              () -> {
                begin.await();
                for (int time = 0; time < times; ) {
                  try (Held held = client.lock("group-" + group).acquire()) {
                    most.accumulateAndGet(holding[group].incrementAndGet(), Math::max);
                    held.token();
                    holding[group].decrementAndGet();
                    time++;
                  } catch (ServerAwayException tooMuchAtOnce) {
                    again.incrementAndGet();
                  }
                }
                return null;
              }));
    }
    long start = System.nanoTime();
    begin.countDown();
    for (Future<?> one : working) {
      one.get();
    }
    say(
        "%d locks, %d clients each: %.0f grants a second, at most %d held one at once; asked again"
            + " %d times",
        clients.size() / GROUP,
        GROUP,
        clients.size() * times / seconds(start),
        most.get(),
        again.get());
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void say(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }
}
