package dev.holdfast.locks.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten that want a lock whose holders keep dying: each time exactly one of them recovers it. A
 * holder dies by leaving a record of a process that has ended; what the others see is the same, and
 * it is thousands of times as quick as starting processes, which {@code DyingHoldersTest} of the
 * lab does.
 *
 * <p>Longer with {@code -Dholdfast.recoveries=N}; see {@code bench/referee.sh}.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class RecoveryStressTest {
  private static final int RECOVERIES = Integer.getInteger("holdfast.recoveries", 300);
  private static final int WORKERS = 10;

  @TempDir Path directory;
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger doubles = new AtomicInteger();
  private final AtomicInteger rounds = new AtomicInteger();

  private interface Round {
    /** Takes the lock from the dead, and dies with it; false if another was quicker. */
    boolean holdAndDie() throws IOException;
  }

  private interface Worker {
    Round start() throws IOException;
  }

  private void run(Worker worker, int limit, boolean untilDouble) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
      for (int i = 0; i < WORKERS; i++) {
        all.add(
            threads.submit(
                () -> {
                  Round round = worker.start();
                  while (rounds.get() < limit && !(untilDouble && doubles.get() > 0)) {
                    if (round.holdAndDie()) {
                      rounds.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private void hold() {
    if (inside.incrementAndGet() != 1) {
      doubles.incrementAndGet();
    }
    for (int i = 0; i < 200; i++) {
      Thread.onSpinWait();
    }
    inside.decrementAndGet();
  }

  private static long deadPid() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }

  @Test
  void ofManyRecoverersOneWins() throws Exception {
    Path file = directory.resolve("lock");
    int dead = (int) deadPid();
    NamedFileEngine.Style style = new ExclusiveFileLock(file).style();
    Queue<NamedFileEngine> engines = new ConcurrentLinkedQueue<>();
    run(
        () -> {
          // Not by way of the table of this process: each is to see the others as strangers.
          NamedFileEngine mine = new NamedFileEngine(Kinds.FILE, NamedFile.in(file), style);
          engines.add(mine);
          return () -> {
            if (!mine.tryClaim(Mode.EXCLUSIVE)) {
              return false;
            }
            hold();
            mine.check(Mode.EXCLUSIVE);
            die(file, dead);
            assertThrows(LockLostException.class, mine::release);
            return true;
          };
        },
        RECOVERIES,
        false);
    engines.forEach(NamedFileEngine::dispose);
    assertEquals(0, doubles.get());
    assertTrue(rounds.get() >= RECOVERIES);
  }

  /** Leaves the lock behind as a process does that ends: its record names nobody any more. */
  private void die(Path file, int dead) throws IOException {
    HolderRecord own = Self.record();
    HolderRecord left =
        new HolderRecord(
            dead,
            own.startTicks(),
            own.boot(),
            own.machine(),
            own.host(),
            own.pidNamespace(),
            own.timeNamespace(),
            own.token(),
            own.since(),
            "dead",
            false);
    Path fresh = directory.resolve("left-" + own.token());
    Files.write(fresh, left.toBytes());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The negative control: find the holder dead, remove its file, make one's own. */
  @Test
  void theUsualRecoveryHasTwoWinners() throws Exception {
    Path file = directory.resolve("usual");
    long dead = deadPid();
    Round usual =
        () -> {
          try {
            Files.writeString(file, "1", java.nio.file.StandardOpenOption.CREATE_NEW);
          } catch (FileAlreadyExistsException held) {
            try {
              String pid = Files.readString(file);
              if (!pid.equals(Long.toString(dead)) || Files.exists(Path.of("/proc", pid))) {
                return false;
              }
              Files.delete(file);
            } catch (NoSuchFileException another) {
              return false;
            }
            return false;
          }
          hold();
          Path fresh = directory.resolve("usual-left-" + Thread.currentThread().threadId());
          Files.writeString(fresh, Long.toString(dead));
          Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
          return true;
        };
    run(() -> usual, 1_000_000, true);
    assertTrue(doubles.get() > 0, "the usual recovery did not lose");
  }
}
