package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.proc.KernelLocks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How threads and processes wait for every kind of lock. */
public abstract class LockWaitContract extends LockFixture {
  @Test
  void aTimeOutIsAValue() throws Exception {
    String name = newName();
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    // It comes at all: the peer does not let go before.
    Outcome outcome = open(name).attempt(SHORT);
    Outcome.TimedOut late = assertInstanceOf(Outcome.TimedOut.class, outcome);
    assertTrue(late.waited().compareTo(SHORT) >= 0, late::toString);
    if (open(name).capabilities().contains(Capability.HOLDERS)) {
      assertTrue(
          late.holders().stream().anyMatch(holder -> holder.pid() == peer.pid()), late::toString);
    }
    LockTimeoutException thrown =
        assertThrows(LockTimeoutException.class, () -> open(name).acquire(SHORT));
    assertTrue(thrown.getMessage().contains(open(name).name()), thrown.getMessage());
    peer.release(name);
    assertTrue(isFree(open(name)));
  }

  @Test
  void aNegativeTimeOutStillTakesWhatIsFree() throws Exception {
    try (Held held = open(newName()).acquire(Duration.ofSeconds(-1))) {
      assertTrue(held.isOpen());
    }
  }

  @Test
  void aPlatformThreadWaitsForAProcess() throws Exception {
    waitsForAProcess(Thread.ofPlatform().factory());
  }

  @Test
  void aVirtualThreadWaitsForAProcess() throws Exception {
    waitsForAProcess(Thread.ofVirtual().factory());
  }

  private void waitsForAProcess(java.util.concurrent.ThreadFactory factory) throws Exception {
    String name = newName();
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(factory)) {
      CountDownLatch started = new CountDownLatch(1);
      Future<Boolean> waiter =
          threads.submit(
              () -> {
                started.countDown();
                try (Held held = open(name).acquire()) {
                  held.ensureValid();
                  return true;
                }
              });
      started.await();
      assertThrows(
          java.util.concurrent.TimeoutException.class,
          () -> waiter.get(SHORT.toMillis(), TimeUnit.MILLISECONDS));
      assertEquals("released", peer.release(name));
      assertTrue(waiter.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aPlatformThreadCanBeInterruptedWhileItWaitsForAProcess() throws Exception {
    canBeInterrupted(Thread.ofPlatform().factory());
  }

  @Test
  void aVirtualThreadCanBeInterruptedWhileItWaitsForAProcess() throws Exception {
    canBeInterrupted(Thread.ofVirtual().factory());
  }

  private void canBeInterrupted(java.util.concurrent.ThreadFactory factory) throws Exception {
    String name = newName();
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    CompletableFuture<Object> end = new CompletableFuture<>();
    Thread waiter =
        factory.newThread(
            () -> {
              try (Held held = open(name).acquire()) {
                end.complete(held);
              } catch (IOException | InterruptedException e) {
                end.complete(e);
              }
            });
    waiter.start();
    assertThrows(
        java.util.concurrent.TimeoutException.class,
        () -> end.get(SHORT.toMillis(), TimeUnit.MILLISECONDS));
    waiter.interrupt();
    assertInstanceOf(InterruptedException.class, end.get(30, TimeUnit.SECONDS));
    // Nothing is left behind: not in this process, not in the kernel.
    peer.release(name);
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    peer.release(name);
    assertTrue(isFree(open(name)));
  }

  @Test
  void anInterruptedThreadIsToldAtOnce() {
    Thread.currentThread().interrupt();
    try {
      HostLock lock = open(newName());
      try (Held held = lock.tryAcquire().orElseThrow()) {
        held.detach();
        assertThrows(InterruptedException.class, () -> lock.acquire(LONG).close());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void waitingVirtualThreadsDoNotHoldUpOthers() throws Exception {
    int many = 4 * Runtime.getRuntime().availableProcessors();
    List<String> busy = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      String name = newName();
      busy.add(name);
      assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch started = new CountDownLatch(many);
      List<Future<?>> waiters = new ArrayList<>();
      for (String name : busy) {
        waiters.add(
            threads.submit(
                () -> {
                  started.countDown();
                  open(name).acquire().close();
                  return null;
                }));
      }
      started.await();
      // With every carrier pinned in the kernel this one would never run.
      assertEquals(42, threads.submit(() -> 42).get(20, TimeUnit.SECONDS));
      for (String name : busy) {
        peer.release(name);
      }
      for (Future<?> waiter : waiters) {
        waiter.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void threadsAreServedInTheOrderOfTheirComing() throws Exception {
    HostLock lock = open(newName());
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    try (Held held = lock.tryAcquire().orElseThrow()) {
      for (int i = 0; i < 6; i++) {
        int number = i;
        Runnable work =
            () -> {
              try (Held mine = lock.acquire()) {
                order.add(mine.isOpen() ? number : -1);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            };
        Thread thread =
            number % 2 == 0
                ? Thread.ofPlatform().unstarted(work)
                : Thread.ofVirtual().unstarted(work);
        thread.start();
        threads.add(thread);
        while (thread.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      held.ensureValid();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(0, 1, 2, 3, 4, 5), order);
  }

  @Test
  void threadsNeverOverlap() throws Exception {
    HostLock lock = open(newName());
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        all.add(
            virtual.submit(
                () -> {
                  for (int n = 0; n < 50; n++) {
                    try (Held held = lock.acquire(LONG)) {
                      if (inside.incrementAndGet() != 1 || !held.isOpen()) {
                        overlaps.incrementAndGet();
                      }
                      Thread.onSpinWait();
                      inside.decrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(0, overlaps.get());
  }

  @Test
  void noTimeIsTheSameAsNow() throws Exception {
    HostLock lock = open(newName());
    for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      try (Held held = lock.tryAcquire(none).orElseThrow()) {
        // Nor does it matter what else the thread holds, in whatever order.
        Held other = open(newName()).tryAcquire(none).orElseThrow();
        assertTrue(lock.tryAcquire(none).isEmpty());
        assertTrue(lock.tryAcquire().isEmpty());
        assertInstanceOf(Outcome.TimedOut.class, lock.attempt(none));
        assertThrows(LockTimeoutException.class, () -> lock.acquire(none));
        other.close();
        held.ensureValid();
      }
    }
    try (Held held = lock.tryAcquire(LONG).orElseThrow()) {
      assertThrows(LockReentryException.class, () -> lock.tryAcquire(LONG));
      held.detach();
      assertTrue(lock.tryAcquire(SHORT).isEmpty());
    }
  }

  @Test
  void whatIsSharedCanBeSharedAgainWhoeverWaits() throws Exception {
    HostLock lock = open(newName());
    if (!can(Capability.SHARED)) {
      assertThrows(UnsupportedOperationException.class, lock::shared);
      return;
    }
    CompletableFuture<Boolean> written = new CompletableFuture<>();
    Thread writer =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  try (Held held = lock.acquire()) {
                    written.complete(held.isOpen());
                  } catch (IOException | InterruptedException e) {
                    written.completeExceptionally(e);
                  }
                });
    try (Held first = lock.shared().acquire(LONG)) {
      writer.start();
      while (writer.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      // Behind the writer it would wait for itself.
      try (Held second = lock.shared().acquire();
          Held third = lock.shared().acquire(LONG);
          Held fourth = lock.shared().tryAcquire().orElseThrow()) {
        assertEquals(
            List.of(true, true, true), List.of(second.isOpen(), third.isOpen(), fourth.isOpen()));
      }
      assertThrows(LockReentryException.class, () -> lock.acquire(LONG));
      assertFalse(written.isDone());
      first.ensureValid();
    }
    assertTrue(written.get(30, TimeUnit.SECONDS));
    writer.join();
  }

  // --- order between processes ---

  @Test
  void aFairViewServesProcessesInOrder() throws Exception {
    String name = newName();
    HostLock lock = open(name);
    if (!can(Capability.FAIR)) {
      assertThrows(UnsupportedOperationException.class, lock::fair);
      return;
    }
    HostLock fair = lock.fair();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    List<Peer> others = new ArrayList<>();
    try (Held held = fair.acquire(LONG)) {
      for (int i = 0; i < 4; i++) {
        int number = i;
        // Threads of this process take turns with other processes.
        Peer other = number % 2 == 0 ? null : Peer.start();
        others.add(other);
        if (other != null) {
          other.tell("fair " + kind() + " " + Mode.EXCLUSIVE + " " + directory + " " + name);
        }
        Runnable waits =
            () -> {
              try {
                if (other == null) {
                  try (Held mine = fair.acquire(LONG)) {
                    order.add(mine.isOpen() ? number : -1);
                  }
                } else {
                  order.add(other.answer().startsWith("granted") ? number : -1);
                  assertEquals("released", other.release(name));
                }
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            };
        threads.add(Thread.ofPlatform().start(waits));
        awaitTickets(lock, i + 1);
      }
      assertTrue(fair.tryAcquire().isEmpty(), "nobody overtakes the queue");
      assertInstanceOf(
          Outcome.TimedOut.class, CompletableFuture.supplyAsync(() -> attempt(fair)).get());
      assertTrue(held.isOpen());
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (Peer other : others) {
      if (other != null) {
        other.close();
      }
    }
    assertEquals(List.of(0, 1, 2, 3), order);
    assertTrue(isFree(fair.exclusive()));
    try (Held held = fair.acquire(LONG)) {
      assertInstanceOf(Outcome.TimedOut.class, fair.attempt(Duration.ZERO));
      assertThrows(LockReentryException.class, () -> fair.attempt(LONG));
      held.ensureValid();
    }
    assertEquals(fair, fair.fair());
  }

  private static Outcome attempt(HostLock lock) {
    try {
      return lock.attempt(SHORT);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until so many stand in the queue, by the kernel's table. */
  private void awaitTickets(HostLock lock, int count) throws IOException {
    Path path = Path.of(lock.name());
    Path queue = path.resolveSibling("." + path.getFileName() + ".queue");
    long inode = (Long) java.nio.file.Files.getAttribute(queue, "unix:ino");
    for (; ; ) {
      long tickets =
          KernelLocks.read().stream()
              .filter(entry -> entry.inode() == inode && !entry.waiting())
              .filter(entry -> entry.mode() == Mode.EXCLUSIVE && entry.start() >= 1024)
              .count();
      if (tickets == count) {
        return;
      }
      Thread.onSpinWait();
    }
  }
}
