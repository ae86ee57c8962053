package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.Requirements;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The long run of the referee, {@code bench/cluster-referee.sh}: an ensemble of three and a
 * PostgreSQL with a replica, each with three client processes, side by side for so many minutes.
 * All that can befall them does, in an order by chance, each at least once; and again until the
 * time is over.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = LongRefereeTest.MINUTES, matches = "[1-9][0-9]*")
class LongRefereeTest {
  static final String MINUTES = "holdfast.cluster.referee.minutes";

  private static final boolean NAMESPACES = Boolean.getBoolean("holdfast.cluster.referee.netns");

  private static final long SEED = Long.getLong("holdfast.cluster.referee.seed", 1);

  @TempDir Path directory;

  private final Duration length = Duration.ofMinutes(Long.getLong(MINUTES, 0));

  /** Something that happens to them. */
  private interface Fault {
    void happens() throws Exception;
  }

  @Test
  void everyFaultAgainAndAgain() throws Exception {
    if (NAMESPACES) {
      Requirements.root("network namespaces");
      Requirements.program("ip");
    }
    ClientClocks clocks = ClientClocks.thatCanBeSet(directory);
    List<Callable<Void>> both =
        List.of(
            () -> {
              zooKeeper(clocks);
              return null;
            },
            () -> {
              postgreSql();
              return null;
            });
    List<Throwable> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (Future<Void> one : threads.invokeAll(both)) {
        try {
          one.get();
        } catch (ExecutionException failure) {
          failure.printStackTrace();
          failures.add(failure.getCause());
        }
      }
    }
    assertEquals(List.of(), failures);
  }

  private void zooKeeper(ClientClocks clocks) throws Exception {
    Random random = new Random(SEED);
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      List<Integer> ports = Ensembles.ports(ensemble);
      try (RefereeRun run =
          new RefereeRun("zookeeper", ports, "/referee", clocks, NAMESPACES, random)) {
        run.await(10);
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("client stopped for longer than its session", run::pauseUntilAnotherWrote);
        faults.put("session expired", run::endASession);
        faults.put("client killed", run::kill);
        faults.put("leader killed", () -> run.killServer(ensemble, true));
        faults.put("follower killed", () -> run.killServer(ensemble, false));
        for (Cable.Cut cut : Cable.Cut.values()) {
          faults.put("network cut: " + cut, () -> run.cutUntilAnotherWrote(cut, _ -> {}));
        }
        faults.put("clock set ahead by 2 hours", () -> run.moveTheClock(2));
        faults.put("clock set back by 2 hours", () -> run.moveTheClock(-2));
        faults.put("client stopped, clock set back", run::pauseAndSetTheClockBack);
        goOn("zookeeper", run, faults, random);
      }
    }
  }

  private void postgreSql() throws Exception {
    Random random = new Random(SEED);
    try (PrimaryAndReplica both = new PrimaryAndReplica();
        RefereeRun run =
            new RefereeRun(
                "postgresql",
                both.ports(),
                "/postgres",
                ClientClocks.ordinary(),
                NAMESPACES,
                random)) {
      run.await(10);
      Map<String, Fault> faults = new LinkedHashMap<>();
      faults.put(
          "client stopped, server restarted",
          () ->
              run.pauseUntilAnotherWrote(
                  _ -> {
                    both.primary().kill();
                    both.primary().run();
                  }));
      faults.put(
          "client stopped, failed over to the replica",
          () -> {
            run.pauseUntilAnotherWrote(_ -> both.failOver());
            both.renew();
            run.await(3);
          });
      faults.put("client killed", run::kill);
      for (Cable.Cut cut : Cable.Cut.values()) {
        faults.put(
            "network cut: " + cut,
            () -> run.cutUntilAnotherWrote(cut, _ -> both.primary().endTheHolder()));
      }
      goOn("postgresql", run, faults, random);
    }
  }

  private void goOn(String kind, RefereeRun run, Map<String, Fault> faults, Random random)
      throws Exception {
    long end = System.nanoTime() + length.toNanos();
    Map<String, Integer> happened = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(faults.keySet());
    for (boolean all = false; !all || System.nanoTime() < end; all = true) {
      Collections.shuffle(names, random);
      for (String name : names) {
        if (!all || System.nanoTime() < end) {
          faults.getOrDefault(name, () -> {}).happens();
          happened.merge(name, 1, Integer::sum);
        }
      }
    }
    // Whatever is in it now is still judged, also if it is wrong.
    System.out.println("referee: " + kind + ": seed " + SEED + ", " + happened);
    run.judge();
  }
}
