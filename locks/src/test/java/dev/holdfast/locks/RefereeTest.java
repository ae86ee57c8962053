package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.report.LockFileReport;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind, in several processes with several threads each, some of which are killed or stopped
 * at random moments. The same referee sees the usual naive lock file fail. Of the fair queue it is
 * told the tickets in place of fencing tokens, so that it sees whether they are served in order.
 *
 * <p>Longer and wider with {@code -Dholdfast.referee.acquisitions=N
 * -Dholdfast.referee.processes=N}; see {@code bench/referee.sh}.
 */
class RefereeTest {
  private static final long ACQUISITIONS = Long.getLong("holdfast.referee.acquisitions", 1_500);
  private static final int PROCESSES = Integer.getInteger("holdfast.referee.processes", 3);

  /** Each lock is acquired at least so often, however slow it is beside the others. */
  private static final long LEAST = Math.min(10, ACQUISITIONS);

  private static final List<String> NAMES = names();

  @TempDir Path directory;

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Kind kind : Kinds.all()) {
      names.add(kind.word());
    }
    names.add("fair-" + Kinds.OFD.word());
    names.add(RefereeWorker.QUEUE);
    names.add(RefereeWorker.NAIVE);
    return names;
  }

  private record Score(long acquisitions, long overlaps, long tokensNotGrowing) {}

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void nobodyHoldsTogetherExceptTheNaive() throws Exception {
    Process referee =
        Peer.java(Referee.class).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Process> workers = new ArrayList<>();
    try {
      int port = Integer.parseInt(referee.inputReader().readLine());
      for (int i = 0; i < PROCESSES; i++) {
        workers.add(worker(port));
      }
      Map<String, Score> scores = torment(workers, port);
      scores.forEach(
          (name, score) -> {
            System.out.println("referee: " + name + " " + score);
            if (name.equals(RefereeWorker.NAIVE)) {
              assertTrue(score.overlaps() > 0, "the referee did not see the naive lock fail");
            } else {
              assertEquals(0, score.overlaps(), name);
              assertEquals(0, score.tokensNotGrowing(), name);
            }
          });
    } finally {
      for (Process worker : workers) {
        worker.destroyForcibly().waitFor();
      }
      referee.destroyForcibly().waitFor();
    }
  }

  private Process worker(int port) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(directory.toString(), Integer.toString(port)));
    arguments.addAll(NAMES);
    Process worker =
        Peer.java(RefereeWorker.class, arguments.toArray(String[]::new))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("started", worker.inputReader().readLine());
    return worker;
  }

  /** Kills, stops and replaces workers until there were enough acquisitions of each lock. */
  private Map<String, Score> torment(List<Process> workers, int port) throws Exception {
    Random random = new Random(42);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
      // For a few dozen acquisitions: who waits longer waits for ever.
      socket.setSoTimeout(Math.toIntExact(TimeUnit.MINUTES.toMillis(10)));
      long nextStep = 0;
      for (int killed = 0; ; ) {
        // Paced by what was acquired, so that a slow machine is not only killing.
        Map<String, Score> scores = scores(in, out, nextStep);
        long total = scores.values().stream().mapToLong(Score::acquisitions).sum();
        long real = total - of(scores, RefereeWorker.NAIVE);
        long least =
            NAMES.stream()
                .filter(name -> !name.equals(RefereeWorker.NAIVE))
                .mapToLong(name -> of(scores, name))
                .min()
                .orElse(0);
        boolean naiveFailed =
            scores.getOrDefault(RefereeWorker.NAIVE, new Score(0, 0, 0)).overlaps() > 0;
        if (real >= ACQUISITIONS && least >= LEAST && killed >= 2 && naiveFailed) {
          return scores;
        }
        nextStep = total + Math.max(ACQUISITIONS / 20, 50);
        int victim = random.nextInt(workers.size());
        Process worker = workers.get(victim);
        assertTrue(worker.isAlive(), "a worker ended by itself");
        if (random.nextBoolean()) {
          signal("STOP", worker);
          Thread.onSpinWait();
          signal("CONT", worker);
        } else {
          worker.destroyForcibly().waitFor();
          killed++;
          breakWhatNobodyCanProveDead(worker.pid());
          workers.set(victim, worker(port));
        }
      }
    }
  }

  private static long of(Map<String, Score> scores, String name) {
    return scores.getOrDefault(name, new Score(0, 0, 0)).acquisitions();
  }

  /** The administrator's part: the holder of an NFS lock is never taken for dead. */
  private void breakWhatNobodyCanProveDead(long pid) throws IOException {
    Path file = directory.resolve(Kinds.NFS.word());
    Optional<LockFileReport> stuck = LockFileReport.at(file);
    if (stuck.isPresent() && stuck.get().holder().pid() == pid) {
      assertTrue(LockFileReport.breakLock(file, stuck.get().token()));
    }
  }

  private static void signal(String name, Process process) throws Exception {
    assertEquals(
        0, new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
  }

  private static Map<String, Score> scores(
      DataInputStream in, DataOutputStream out, long acquisitions) throws IOException {
    out.writeByte(Referee.SCORES);
    out.writeLong(acquisitions);
    Map<String, Score> scores = new TreeMap<>();
    for (String line : in.readUTF().lines().toList()) {
      String[] words = line.split(" ", -1);
      scores.put(
          words[0],
          new Score(Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])));
    }
    return scores;
  }
}
