package dev.holdfast.locks.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.libc.process.Identity;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.process.Upkeep;
import dev.holdfast.locks.report.MandatoryLocks;
import dev.holdfast.locks.wait.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What holds up programs that do not ask (K06). Each time an advisory lock is shown not to. */
@Timeout(60)
class EnforcementTest {
  @TempDir Path directory;

  /** A program that never heard of locks. */
  private static Process writer(Path file) throws Exception {
    return new ProcessBuilder("sh", "-c", "echo SECOND > " + file)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private Path fileWithAnAdvisoryLockThatIsIgnored(String name) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(file, "FIRST\n");
    try (Held held = Locks.ofd(file).tryAcquire().orElseThrow()) {
      assertEquals(0, writer(file).waitFor());
      held.ensureValid();
    }
    assertEquals("SECOND\n", Files.readString(file), "the negative control did not lose");
    Slots.retireUnusedSince(Upkeep.epoch);
    Files.writeString(file, "FIRST\n");
    return file;
  }

  @Test
  void aLeaseHoldsUpAWriterUntilItIsGivenBack() throws Exception {
    Path file = fileWithAnAdvisoryLockThatIsIgnored("leased");
    CountDownLatch wanted = new CountDownLatch(1);
    Process writer;
    try (FileLease lease = FileLease.tryAcquire(file).orElseThrow()) {
      assertTrue(lease.isHeld());
      lease.onBreak(wanted::countDown);
      writer = writer(file);
      assertTrue(wanted.await(30, TimeUnit.SECONDS));
      assertTrue(writer.isAlive());
      assertFalse(lease.isHeld());
    }
    assertEquals(0, writer.waitFor());
    assertEquals("SECOND\n", Files.readString(file));
  }

  /** The clock by which all waits end is not the thread on which the program's action runs. */
  @Test
  void anActionMayWaitAndHaveAnotherThreadGiveTheLeaseBack() throws Exception {
    Path file = fileWithAnAdvisoryLockThatIsIgnored("leased");
    CountDownLatch done = new CountDownLatch(1);
    FileLease lease = FileLease.tryAcquire(file).orElseThrow();
    lease.onBreak(
        () -> {
          try {
            CountDownLatch time = new CountDownLatch(1);
            var _ = Timers.once(1, TimeUnit.MILLISECONDS, time::countDown);
            time.await();
            Thread closes = Thread.ofPlatform().start(() -> close(lease));
            closes.join();
            done.countDown();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    Process writer = writer(file);
    done.await();
    assertEquals(0, writer.waitFor());
  }

  private static void close(FileLease lease) {
    try {
      lease.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLeaseIsNotHadWhileTheFileIsOpenElsewhere() throws Exception {
    Path file = directory.resolve("open");
    Files.writeString(file, "");
    Process reader = new ProcessBuilder("sh", "-c", "exec 3<" + file + "; echo ready; cat").start();
    assertEquals("ready", reader.inputReader().readLine());
    assertTrue(FileLease.tryAcquire(file).isEmpty());
    reader.outputWriter().close();
    reader.waitFor();
    FileLease lease = FileLease.tryAcquire(file).orElseThrow();
    lease.close();
    lease.close();
    assertFalse(lease.isHeld());
  }

  @Test
  void aGuardDeniesEvenRoot() throws Exception {
    assumeTrue(Identity.geteuid() == 0, "fanotify permission events need root");
    Path file = fileWithAnAdvisoryLockThatIsIgnored("guarded");
    try (OpenGuard _ = OpenGuard.of(file, _ -> false)) {
      assertNotEquals(0, writer(file).waitFor());
      assertEquals("FIRST\n", Files.readString(file), "we ourselves may");
    }
    IntPredicate fails =
        _ -> {
          throw new IllegalStateException("a rule that fails");
        };
    try (OpenGuard _ = OpenGuard.of(file, fails)) {
      // Each of them, and none of them waits for ever.
      assertNotEquals(0, writer(file).waitFor());
      assertNotEquals(0, writer(file).waitFor());
      assertEquals("FIRST\n", Files.readString(file));
    }
    try (OpenGuard _ = OpenGuard.of(file, _ -> true)) {
      assertEquals(0, writer(file).waitFor());
    }
    assertEquals("SECOND\n", Files.readString(file));
  }

  @Test
  void mandatoryLockingIsDetectedAndSaidToBeGone() throws Exception {
    Path file = directory.resolve("mandatory");
    Files.writeString(file, "");
    assertEquals("", MandatoryLocks.warningFor(file));
    assertEquals(0, new ProcessBuilder("chmod", "2640", file.toString()).start().waitFor());
    assertTrue(MandatoryLocks.warningFor(file).contains("5.15"));
  }
}
