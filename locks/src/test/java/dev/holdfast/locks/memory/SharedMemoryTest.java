package dev.holdfast.locks.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockContract;
import dev.holdfast.locks.LockPoisonedException;
import dev.holdfast.locks.Peer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedMemoryTest extends LockContract {
  @Override
  protected Kind kind() {
    return Kinds.MEMORY;
  }

  /** Takes a lock, or a permit, in a process that is then killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws Exception {
      SharedMemory memory = SharedMemory.open(Path.of(args[0]));
      int cell = Integer.parseInt(args[1]);
      Held held = null;
      if (args[2].equals("lock")) {
        held = memory.lock(cell).acquire();
      } else if (args[2].equals("permit")) {
        var _ = memory.semaphore(cell, 2).acquire();
      } else {
        for (int i = 0; i < 20_000; i++) {
          memory.counter(cell).incrementAndGet();
        }
      }
      System.out.println("ready");
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
      if (held != null) {
        held.close();
      }
    }
  }

  private Process victim(Path file, int cell, String what) throws IOException {
    Process victim =
        Peer.java(Victim.class, file.toString(), Integer.toString(cell), what)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("ready", victim.inputReader().readLine());
    return victim;
  }

  @Test
  void aLockWhoseHolderWasKilledIsRepairedOrPoisoned() throws Exception {
    Path file = directory.resolve("robust");
    SharedMemoryLock lock = SharedMemory.open(file).lock(3);
    Process victim = victim(file, 3, "lock");
    assertTrue(lock.tryAcquire().isEmpty());
    assertEquals(victim.pid(), lock.holders().getFirst().pid());
    victim.destroyForcibly().waitFor();
    assertThrows(LockPoisonedException.class, () -> lock.acquire(LONG));
    assertThrows(LockPoisonedException.class, () -> lock.shared().acquire(LONG));
    AtomicInteger repairs = new AtomicInteger();
    SharedMemoryLock failing =
        lock.repairedBy(
            () -> {
              throw new IOException("not today");
            });
    assertThrows(IOException.class, () -> failing.acquire(LONG));
    try (Held held = lock.repairedBy(repairs::incrementAndGet).acquire(LONG)) {
      held.ensureValid();
    }
    assertEquals(1, repairs.get());
    lock.acquire(LONG).close();
  }

  @Test
  void permitsOfTheDeadComeBack() throws Exception {
    Path file = directory.resolve("semaphore");
    SharedSemaphore semaphore = SharedMemory.open(file).semaphore(5, 2);
    Process victim = victim(file, 5, "permit");
    assertEquals(1, semaphore.available());
    SharedSemaphore.Permit mine = semaphore.tryAcquire(LONG).orElseThrow();
    assertTrue(semaphore.tryAcquire(SHORT).isEmpty());
    assertTrue(semaphore.tryAcquire().isEmpty());
    victim.destroyForcibly().waitFor();
    SharedSemaphore.Permit second = semaphore.tryAcquire(LONG).orElseThrow();
    assertTrue(semaphore.tryAcquire(Duration.ZERO).isEmpty());
    mine.close();
    mine.close();
    assertEquals(1, semaphore.available());
    second.close();
    assertEquals(2, semaphore.available());
  }

  @Test
  void theFirstSaysHowManyPermitsThereAre() throws Exception {
    Path file = directory.resolve("agreed");
    victim(file, 5, "permit").destroyForcibly().waitFor();
    SharedMemory memory = SharedMemory.open(file);
    assertThrows(IllegalArgumentException.class, () -> memory.semaphore(5, 5));
    assertEquals(2, memory.semaphore(5, 2).available());
    SharedSemaphore.Permit permit = memory.semaphore(5, 2).tryAcquire().orElseThrow();
    assertEquals(1, memory.semaphore(5, 2).available());
    permit.close();
    assertEquals(5, memory.semaphore(6, 5).available());
  }

  @Test
  void aSemaphoreLetsInNoMoreThanItsPermits() throws Exception {
    SharedSemaphore semaphore = SharedMemory.open(directory.resolve("many")).semaphore(0, 3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 20; n++) {
                    SharedSemaphore.Permit permit = semaphore.acquire();
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    permit.close();
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertTrue(most.get() <= 3, most::toString);
    assertEquals(3, semaphore.available());
  }

  @Test
  void noStepOfACounterIsLost() throws Exception {
    Path file = directory.resolve("counter");
    SharedCounter counter = SharedMemory.open(file).counter(7);
    Process other = victim(file, 7, "count");
    for (int i = 0; i < 20_000; i++) {
      counter.incrementAndGet();
    }
    other.outputWriter().close();
    other.waitFor();
    assertEquals(40_000, counter.get());
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws IOException {
    Path file = directory.resolve("other");
    Files.writeString(file, "something else");
    assertThrows(FileSystemException.class, () -> SharedMemory.open(file));
    assertEquals("something else", Files.readString(file));
    Path fresh = directory.resolve("fresh");
    assertSame(SharedMemory.open(fresh), SharedMemory.open(fresh));
    assertThrows(IllegalArgumentException.class, () -> SharedMemory.open(fresh).lock(64));
  }
}
