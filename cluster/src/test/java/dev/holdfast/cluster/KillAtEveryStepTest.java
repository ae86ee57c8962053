package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Locks;
import dev.holdfast.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program that takes a set of two engines and a lock of this machine is killed at each of its
 * steps: whenever something that it sent, or that is sent to it, is on its way. What it sent
 * arrives all the same, so that servers grant to the dead, too. Nothing stays locked.
 */
@Timeout(1800)
class KillAtEveryStepTest {
  @TempDir Path directory;

  /** Kills a program at one of its steps. */
  private static final class Killer {
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    private volatile @Nullable Process victim;

    private void step() {
      Process process = victim;
      if (left.decrementAndGet() == 0 && process != null) {
        try {
          // Not by the process itself, which would close what we read of it.
          process.toHandle().destroyForcibly();
          process.waitFor();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  @Test
  void nothingStaysLocked() throws Exception {
    Killer killer = new Killer();
    try (TestingCluster ensemble = new TestingCluster(3);
        EmbeddedPostgres server = EmbeddedPostgres.start()) {
      ensemble.start();
      List<Integer> ports = ensemble.getInstances().stream().map(InstanceSpec::getPort).toList();
      InetAddress here = InetAddress.getLoopbackAddress();
      try (ZooKeeperLocks zooKeeper = SetOfThree.zooKeeper(ensemble.getConnectString() + "/set");
          PostgresLocks postgres = SetOfThree.postgres(server.at());
          Relay toZooKeeper = new Relay(here, ports, killer::step);
          Relay toPostgres = new Relay(here, List.of(server.port()), killer::step)) {
        List<Path> files = new ArrayList<>();
        int left = 0;
        int heldAtDeath = 0;
        String said = "";
        for (int step = 1; !said.contains("released"); step++) {
          Path file = directory.resolve("step-" + step);
          files.add(file);
          said =
              run(
                  killer,
                  step,
                  toZooKeeper.hosts() + "/set",
                  toPostgres.hosts() + "/postgres",
                  file.toString());
          if (said.contains("held") && !said.contains("released")) {
            heldAtDeath++;
          }
          if (!zooKeeper.lock(step(file)).holders().isEmpty()) {
            left++;
          }
        }
        System.out.println(
            "killed at "
                + (files.size() - 1)
                + " steps; at "
                + heldAtDeath
                + " of them it held all three; after "
                + left
                + " ZooKeeper still had its lock");
        assertTrue(files.size() > 8, "killed at so few steps: " + files.size());
        // Else the deaths would show nothing.
        assertTrue(heldAtDeath > 0 && left > 0, "it never died with something in its hands");
        for (Path file : files) {
          try (HeldSet set =
              Locks.all(SetOfThree.all(zooKeeper, postgres, file)).acquire(Duration.ofMinutes(2))) {
            set.ensureValid();
          }
        }
      }
    }
  }

  private static String step(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** What it said until it was killed, or until its end. */
  private static String run(Killer killer, int step, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        ChildJvm.commandWith(
            List.of("-Xmx96m", "-Dslf4j.internal.verbosity=ERROR"), SetOfThree.class, arguments);
    Process victim =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = victim.inputReader()) {
      assertEquals("connected", lines.readLine());
      killer.victim = victim;
      killer.left.set(step);
      victim.getOutputStream().write('\n');
      victim.getOutputStream().flush();
      String said = String.join(",", lines.readAllLines());
      killer.left.set(Integer.MAX_VALUE);
      return said;
    } finally {
      victim.destroyForcibly().waitFor();
    }
  }
}
