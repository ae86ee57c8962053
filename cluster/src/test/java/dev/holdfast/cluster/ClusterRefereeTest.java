package dev.holdfast.cluster;

import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * <p>Each fault once; {@link LongRefereeTest} goes on with all of them for as long as it is told.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class ClusterRefereeTest {
  /** Whether the kernel cuts the network, which takes root, or a relay of this test. */
  private static final boolean NAMESPACES = Boolean.getBoolean("holdfast.cluster.referee.netns");

  @TempDir Path directory;

  @BeforeAll
  static void requirements() {
    if (NAMESPACES) {
      Requirements.root("network namespaces");
      Requirements.program("ip");
    }
  }

  private static RefereeRun zooKeeper(TestingCluster ensemble, ClientClocks clocks)
      throws IOException, InterruptedException {
    List<Integer> ports = Ensembles.ports(ensemble);
    return new RefereeRun("zookeeper", ports, "/referee", clocks, NAMESPACES, new Random(1));
  }

  private static RefereeRun postgreSql(List<Integer> ports)
      throws IOException, InterruptedException {
    ClientClocks clocks = ClientClocks.ordinary();
    return new RefereeRun("postgresql", ports, "/postgres", clocks, NAMESPACES, new Random(1));
  }

  @Test
  void zooKeeper() throws Exception {
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (RefereeRun run = zooKeeper(ensemble, ClientClocks.ordinary())) {
        run.await(10);
        run.pauseUntilAnotherWrote();
        run.endASession();
        run.killServer(ensemble, true);
        run.kill();
        run.killServer(ensemble, false);
        run.judge();
      }
    }
  }

  @Test
  void zooKeeperWhoseClientsAreCutOff() throws Exception {
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (RefereeRun run = zooKeeper(ensemble, ClientClocks.ordinary())) {
        run.await(5);
        for (Cable.Cut cut : Cable.Cut.values()) {
          run.cutUntilAnotherWrote(cut, _ -> {});
        }
        run.judge();
      }
    }
  }

  /** A clock that can be set is not looked at: nothing is lost by it, and nothing kept. */
  @Test
  void zooKeeperWhileAClockIsMoved() throws Exception {
    ClientClocks clocks = ClientClocks.thatCanBeSet(directory);
    try (TestingCluster ensemble = new TestingCluster(3)) {
      ensemble.start();
      try (RefereeRun run = zooKeeper(ensemble, clocks)) {
        run.moveTheClock(2);
        run.moveTheClock(-2);
        run.pauseAndSetTheClockBack();
        run.judge();
      }
    }
  }

  @Test
  void postgreSql() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        RefereeRun run = postgreSql(List.of(server.port()))) {
      run.await(10);
      run.pauseUntilAnotherWrote(
          _ -> {
            // The server keeps a session of a process that is stopped: only its own end frees it.
            server.kill();
            server.run();
          });
      run.kill();
      run.await(10);
      run.judge();
    }
  }

  @Test
  void postgreSqlWhoseClientsAreCutOff() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        RefereeRun run = postgreSql(List.of(server.port()))) {
      run.await(5);
      for (Cable.Cut cut : Cable.Cut.values()) {
        // As its keep-alive would end it, after hours.
        run.cutUntilAnotherWrote(cut, _ -> server.endTheHolder());
      }
      run.judge();
    }
  }

  @Test
  void postgreSqlThatFailsOver() throws Exception {
    try (PrimaryAndReplica both = new PrimaryAndReplica();
        RefereeRun run = postgreSql(both.ports())) {
      run.await(5);
      run.pauseUntilAnotherWrote(_ -> both.failOver());
      run.await(5);
      run.judge();
    }
  }
}
