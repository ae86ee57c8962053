package dev.holdfast.locks.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Peer;
import dev.holdfast.locks.kernel.Sidecar;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who counts as dead: every doubt keeps the lock. */
class RecoveryTest {
  private static HolderRecord record(
      int pid, long start, String boot, String machine, long pidns, long timens)
      throws IOException {
    HolderRecord own = Self.record();
    return new HolderRecord(
        pid, start, boot, machine, "host", pidns, timens, own.token(), own.since(), "test", false);
  }

  private static HolderRecord here(int pid, long start) throws IOException {
    return record(
        pid, start, Self.boot(), Self.machine(), Self.pidNamespace(), Self.timeNamespace());
  }

  private static Verdict.State judge(HolderRecord record) throws IOException {
    return Recovery.judge(record, true).state();
  }

  @Test
  void weAreAlive() throws IOException {
    assertEquals(Verdict.State.ALIVE, judge(Self.record()));
  }

  @Test
  void processOneIsAlive() throws IOException {
    Long start = Self.startTicks(1);
    assertTrue(start != null);
    assertEquals(Verdict.State.ALIVE, judge(here(1, start)));
  }

  @Test
  void aReusedNumberIsAnotherProcess() throws IOException {
    HolderRecord own = Self.record();
    assertEquals(Verdict.State.DEAD, judge(here(own.pid(), own.startTicks() - 1)));
  }

  @Test
  void aProcessThatEndedIsDeadAlsoAsAZombie() throws Exception {
    // The shell does not wait for its child: it stays a zombie while the shell sleeps.
    Process shell = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 600").start();
    try {
      String line = shell.inputReader().readLine();
      int pid = Integer.parseInt(line.strip());
      Long start = Self.startTicks(pid);
      long ticks = start == null ? 0 : start;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      Verdict verdict = Recovery.judge(here(pid, ticks), true);
      while (!verdict.dead() && System.nanoTime() < deadline) {
        verdict = Recovery.judge(here(pid, ticks), true);
      }
      assertTrue(verdict.dead(), verdict.why());
    } finally {
      shell.destroyForcibly();
      shell.waitFor();
    }
    assertEquals(Verdict.State.DEAD, judge(here((int) shell.pid(), 1)));
  }

  @Test
  void anotherBootOfThisMachineIsOver() throws IOException {
    HolderRecord own = Self.record();
    assertEquals(
        Verdict.State.DEAD,
        judge(
            record(own.pid(), own.startTicks(), "another", Self.machine(), own.pidNamespace(), 1)));
  }

  @Test
  void whatCannotBeKnownIsNotDead() throws IOException {
    int gone = Integer.MAX_VALUE;
    String boot = Self.boot();
    String machine = Self.machine();
    long pidns = Self.pidNamespace();
    long timens = Self.timeNamespace();
    assertEquals(Verdict.State.DEAD, judge(record(gone, 1, boot, machine, pidns, timens)));
    for (HolderRecord doubtful :
        Arrays.asList(
            record(gone, 1, boot, "another machine", pidns, timens),
            record(gone, 1, "another boot", "another machine", pidns, timens),
            record(gone, 1, boot, machine, pidns + 1, timens),
            record(gone, 1, boot, machine, 0, timens),
            record(gone, 1, "", machine, pidns, timens),
            record(1, 1, boot, machine, pidns, timens + 1),
            record(1, 0, boot, machine, pidns, timens))) {
      assertEquals(Verdict.State.UNKNOWN, judge(doubtful), doubtful.toString());
    }
    assertEquals(
        Verdict.State.UNKNOWN,
        Recovery.judge(record(gone, 1, boot, machine, pidns, timens), false).state());
  }

  @Test
  void aRecordComesBackAsItWasAndAPartOfItIsNone() throws IOException {
    byte[] bytes = Self.record().toBytes();
    HolderRecord whole = HolderRecord.parse(bytes);
    assertTrue(whole != null);
    assertTrue(Arrays.equals(bytes, whole.toBytes()));
    for (int length = 0; length < bytes.length; length++) {
      assertNull(HolderRecord.parse(Arrays.copyOf(bytes, length)));
    }
  }

  @Test
  void aCommandThatIsNotUtf8ComesBackAsItWas() throws IOException {
    HolderRecord own = Self.record();
    HolderRecord odd =
        new HolderRecord(
            1, 1, "b", "m", "h", 1, 1, own.token(), own.since(), "cat a\uDCFF \uD83D\uDE00", false);
    assertEquals(odd, HolderRecord.parse(odd.toBytes()));
  }

  /** Whoever may open the sidecar can hold it (L12): who needs it is told, and goes on. */
  @Test
  void aSidecarThatSomebodyHoldsIsAnErrorAndNoWaitWithoutEnd(@TempDir Path directory)
      throws Exception {
    Sidecar sidecar = Sidecar.of(directory.resolve("lock"));
    Peer peer = Peer.start();
    try {
      assertEquals("work", sidecar.exclusively(_ -> "work"));
      String held = peer.tryAcquire(Kinds.FLOCK, directory, ".lock.holdfast", Mode.EXCLUSIVE);
      assertTrue(held.startsWith("granted "), held);
      FileSystemException told =
          assertThrows(
              FileSystemException.class,
              () -> sidecar.exclusively(Duration.ofMillis(20), _ -> "never"));
      assertTrue(told.getMessage().contains("EAGAIN"), told.getMessage());
      peer.release(".lock.holdfast");
      assertEquals("again", sidecar.exclusively(_ -> "again"));
    } finally {
      peer.close();
    }
  }
}
