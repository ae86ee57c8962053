package dev.holdfast.locks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Peer;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.proc.LockOwners;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LockTableTest {
  @TempDir Path directory;

  @Test
  void linesOfTheKernelAreRead() {
    KernelLocks.Entry entry = KernelLocks.parse("3: -> OFDLCK ADVISORY  READ -1 fe:0a:1234 10 19");
    assertNotNull(entry);
    assertTrue(entry.waiting());
    assertEquals(Mode.SHARED, entry.mode());
    assertEquals(0xfe, entry.major());
    assertEquals(0x0a, entry.minor());
    assertEquals(1234, entry.inode());
    assertEquals(10, entry.length());
    for (String odd : List.of("", "1:", "1: POSIX", "x: FLOCK ADVISORY WRITE 1 0:0:1 0 EOF")) {
      assertNull(KernelLocks.parse(odd), odd);
    }
  }

  /** The table goes on naming a process that took a lock and ended, while its child has it. */
  @Test
  void oneThatHasEndedIsNotNamedAsTheOwner() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    String line = "3: FLOCK ADVISORY WRITE %d fe:0a:1234 0 EOF";
    assertEquals(Set.of(), owners(line.formatted(ended.pid())));
    long self = ProcessHandle.current().pid();
    assertEquals(Set.of((int) self), owners(line.formatted(self)));
  }

  private static Set<Integer> owners(String line) {
    KernelLocks.Entry entry = KernelLocks.parse(line);
    assertNotNull(entry);
    return LockOwners.look().of(entry);
  }

  /** It is made without a name, and later has one. */
  @Test
  void aLockFileIsListedByTheNameThatWasTyped() throws Exception {
    Path file = directory.resolve("named");
    try (Held held = Locks.file(file).tryAcquire().orElseThrow()) {
      assertTrue(held.isOpen());
      List<LockTable.Entry> flock = LockTable.read().about(List.of(file)).granted();
      assertEquals(List.of(file.toString()), flock.stream().map(LockTable.Entry::path).toList());
    }
  }

  @Test
  void ownersOfOfdLocksAreFound() throws Exception {
    Path file = directory.resolve("ofd");
    try (Held held = Locks.ofd(file).range(5, 10).tryAcquire().orElseThrow()) {
      assertTrue(held.isOpen());
      LockTable table = LockTable.read().about(List.of(file));
      LockTable.Entry entry = table.granted().getFirst();
      assertEquals(List.of((int) ProcessHandle.current().pid()), entry.pids());
      assertEquals(file.toRealPath().toString(), entry.path());
      assertEquals(5, entry.start());
      assertEquals(10, entry.length());
      assertEquals(List.of(), table.deadlocks());
    }
    assertEquals(List.of(), LockTable.read().about(List.of(file)).granted());
  }

  @Test
  void circlesAreFoundAndChainsAreNone() {
    assertEquals(List.of(), WaitGraph.circles(Map.of(1, Set.of(2), 2, Set.of(3))));
    assertEquals(List.of(), WaitGraph.circles(Map.of(1, Set.of(1))));
    assertEquals(
        List.of(List.of(1, 2)),
        WaitGraph.circles(Map.of(1, Set.of(2), 2, Set.of(1), 3, Set.of(1))));
    assertEquals(
        List.of(List.of(2, 5, 3)),
        WaitGraph.circles(Map.of(5, Set.of(3), 3, Set.of(2), 2, Set.of(5), 9, Set.of(2, 4))));
  }

  /** Whoever took it is gone; who inherited it is named, and the file too. */
  @Test
  void anInheritedFlockIsItsHeirs() throws Exception {
    Path file = Files.createFile(directory.resolve("inherited"));
    String pid =
        Commands.run(
                "bash",
                "-c",
                "exec 9> \"$0\"; flock 9; exec 8>&1; setsid sleep 1000 > /dev/null 2>&1 8>&- & echo"
                    + " $!",
                file.toString())
            .strip();
    try {
      // It runs other programs first.
      Path command = Path.of("/proc", pid, "cmdline");
      while (!Files.readString(command).startsWith("sleep")) {
        Thread.sleep(10);
      }
      LockTable.Entry entry = LockTable.read().about(List.of(file)).granted().getFirst();
      assertEquals(List.of(Integer.valueOf(pid)), entry.pids());
      assertEquals(List.of("sleep 1000"), entry.commands());
      assertEquals(file.toRealPath().toString(), entry.path());
      assertEquals(Integer.valueOf(pid), Locks.flock(file).holders().getFirst().pid());
    } finally {
      Commands.run("kill", pid);
    }
  }

  /** Two shells that hold one each wait for children that want the other's. */
  @Test
  void aCircleThroughTheirChildrenIsSeen() throws Exception {
    Path a = Files.createFile(directory.resolve("a"));
    Path b = Files.createFile(directory.resolve("b"));
    Process circle =
        new ProcessBuilder(
                "bash",
                "-c",
                "cd \"$0\"; t() { flock $1 bash -c \"echo > has.$1; until [ -e has.$2 ]; do sleep"
                    + " 0.01; done; flock $2 true; :\"; }; t a b & t b a & wait",
                directory.toString())
            .start();
    try {
      LockTable table = LockTable.read().about(List.of(a, b));
      for (int i = 0; i < 1000 && table.deadlocks().isEmpty(); i++) {
        Thread.sleep(20);
        table = LockTable.read().about(List.of(a, b));
      }
      assertFalse(table.deadlocks().isEmpty(), table::toString);
    } finally {
      circle.descendants().forEach(ProcessHandle::destroyForcibly);
      Commands.end(circle);
    }
  }

  @Test
  void ofAJvmItIsToldWhatItRuns() {
    String[][] shown = {
      {"/usr/bin/java -Xmx1g -cp a.jar:b.jar com.acme.Server start", "java com.acme.Server start"},
      {"java --enable-native-access ALL-UNNAMED -jar app.jar x", "java app.jar x"},
      {
        "java -XX:+UseSerialGC dev.holdfast.cli.Main lock f -- sleep 5",
        "holdfast lock f -- sleep 5"
      },
      {"java -version", "java -version"},
      {"javac -cp x Y.java", "javac -cp x Y.java"},
    };
    for (String[] line : shown) {
      assertEquals(line[1], KernelLocks.shown(List.of(line[0].split(" ", -1))));
    }
  }

  /** Processes that each hold one lock and wait for the next one's. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ofd flock",
        "ofd flock posix",
        "file file",
        "file ofd",
        "pid file",
        "pid pid flock"
      })
  void aDeadlockOfProcessesIsReportedWithItsCircle(String words) throws Exception {
    List<Kind> kinds =
        Arrays.stream(words.split(" ", -1)).map(word -> Kinds.of(word).orElseThrow()).toList();
    List<Peer> peers = new ArrayList<>();
    Set<Integer> pids = new TreeSet<>();
    try {
      List<Path> files = new ArrayList<>();
      for (int i = 0; i < kinds.size(); i++) {
        Peer peer = Peer.start();
        peers.add(peer);
        pids.add((int) peer.pid());
        files.add(directory.resolve("lock" + i));
        String answer = peer.tryAcquire(kinds.get(i), directory, "lock" + i, Mode.EXCLUSIVE);
        assertTrue(answer.startsWith("granted"), answer);
      }
      assertFalse(LockTable.read().about(files).granted().isEmpty());
      assertEquals(List.of(), LockTable.read().about(files).deadlocks());
      for (int i = 0; i < kinds.size(); i++) {
        int next = (i + 1) % kinds.size();
        peers
            .get(i)
            .tell("acquire " + kinds.get(next) + " EXCLUSIVE " + directory + " lock" + next);
      }
      assertEquals(pids, new TreeSet<>(awaitCircle(files)));
    } finally {
      for (Peer peer : peers) {
        peer.kill();
      }
    }
  }

  /** Who waits in a line for one who does not wait is in no circle. */
  @Test
  void whoWaitsForALockFileIsShownAndInNoCircle() throws Exception {
    Path file = directory.resolve("lock0");
    Peer holder = Peer.start();
    Peer waiter = Peer.start();
    try {
      String answer = holder.tryAcquire(Kinds.FILE, directory, "lock0", Mode.EXCLUSIVE);
      assertTrue(answer.startsWith("granted"), answer);
      waiter.tell("acquire " + Kinds.FILE + " EXCLUSIVE " + directory + " lock0");
      LockTable table = LockTable.read().about(List.of(file));
      while (table.waiting().isEmpty()) {
        Thread.onSpinWait();
        table = LockTable.read().about(List.of(file));
      }
      assertEquals(List.of((int) waiter.pid()), table.waiting().getFirst().pids());
      assertEquals(List.of((int) holder.pid()), table.granted().getFirst().pids());
      assertEquals(List.of(), table.deadlocks());
      // It is served when the name is taken away under it, though the flock is not let go.
      assertTrue(LockFileReport.breakLock(file, LockFileReport.at(file).orElseThrow().token()));
      assertTrue(waiter.answer().startsWith("granted"));
      assertEquals(
          List.of((int) waiter.pid()),
          LockTable.read().about(List.of(file)).granted().getFirst().pids());
    } finally {
      holder.kill();
      waiter.kill();
    }
  }

  private static List<Integer> awaitCircle(List<Path> files) throws IOException {
    for (; ; ) {
      List<List<Integer>> circles = LockTable.read().about(files).deadlocks();
      if (!circles.isEmpty()) {
        assertEquals(1, circles.size());
        return circles.getFirst();
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void aLockFileIsReportedAndBrokenByItsTokenOnly() throws Exception {
    Path file = directory.resolve("file");
    assertTrue(LockFileReport.at(file).isEmpty());
    Held held = Locks.file(file).tryAcquire().orElseThrow();
    LockFileReport report = LockFileReport.at(file).orElseThrow();
    assertEquals(ProcessHandle.current().pid(), report.holder().pid());
    assertFalse(report.dead());
    assertFalse(LockFileReport.breakLock(file, "0".repeat(32)));
    held.ensureValid();
    assertTrue(LockFileReport.breakLock(file, report.token()));
    assertTrue(LockFileReport.at(file).isEmpty());
    org.junit.jupiter.api.Assertions.assertThrows(LockLostException.class, held::ensureValid);
    org.junit.jupiter.api.Assertions.assertThrows(java.io.UncheckedIOException.class, held::close);
  }
}
