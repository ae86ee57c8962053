package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockReentryException;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.remote.LockService;
import dev.holdfast.locks.remote.LockState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a lock of every kind of server does. Two connections stand for two machines. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class ClusterLockContract {
  static final Duration LONG = Duration.ofSeconds(60);
  static final Duration SHORT = Duration.ofMillis(60);
  private static final AtomicInteger NAMES = new AtomicInteger();

  @TempDir Path directory;

  /** That of this machine. */
  abstract LockService here();

  /** That of the other one. */
  abstract LockService there();

  /** How many locks of this connection somebody holds or waits for. */
  abstract int inUse();

  @AfterAll
  void nothingIsLeft() {
    assertEquals(0, inUse(), "locks that are kept in mind though nobody uses them");
  }

  static String newName() {
    return "lock " + NAMES.incrementAndGet() + "/ü%";
  }

  static boolean isFree(HostLock lock) throws IOException {
    Optional<Held> held = lock.tryAcquire();
    held.ifPresent(Held::close);
    return held.isPresent();
  }

  @Test
  void isTakenAndLetGo() throws IOException {
    HostLock lock = here().lock(newName());
    assertEquals(Contract.LEASE, lock.contract());
    Held held = lock.tryAcquire().orElseThrow();
    assertTrue(held.isOpen());
    assertEquals(Mode.EXCLUSIVE, held.mode());
    held.ensureValid();
    held.close();
    held.close();
    assertFalse(held.isOpen());
    assertThrows(IllegalStateException.class, held::ensureValid);
    assertThrows(IllegalStateException.class, held::token);
    assertTrue(isFree(lock));
  }

  @Test
  void excludesOthersAndItself() throws IOException {
    String name = newName();
    try (Held held = here().lock(name).tryAcquire().orElseThrow()) {
      assertTrue(there().lock(name).tryAcquire().isEmpty());
      assertTrue(here().lock(name).tryAcquire().isEmpty());
      assertTrue(there().lock(name).shared().tryAcquire().isEmpty());
      held.ensureValid();
    }
    assertTrue(isFree(there().lock(name)));
  }

  @Test
  void closingTwiceDoesNotLetGoOfTheNext() throws IOException {
    HostLock lock = here().lock(newName());
    Held first = lock.tryAcquire().orElseThrow();
    first.close();
    try (Held second = lock.tryAcquire().orElseThrow()) {
      first.close();
      second.ensureValid();
      assertTrue(lock.tryAcquire().isEmpty());
    }
  }

  @Test
  void tokensGrow() throws IOException {
    String name = newName();
    long last = 0;
    for (int i = 0; i < 6; i++) {
      LockService who = i % 2 == 0 ? here() : there();
      try (Held held = who.lock(name).tryAcquire().orElseThrow()) {
        assertTrue(held.token() > last, held.token() + " after " + last);
        last = held.token();
        assertEquals(last, held.token());
      }
    }
  }

  @Test
  void aTimeOutIsAValueAndNamesTheHolder() throws Exception {
    String name = newName();
    try (Held held = there().lock(name).tryAcquire().orElseThrow().detach()) {
      Outcome.TimedOut late =
          assertInstanceOf(Outcome.TimedOut.class, here().lock(name).attempt(SHORT));
      assertTrue(late.waited().compareTo(SHORT) >= 0, late::toString);
      assertEquals(1, late.holders().size(), late::toString);
      assertEquals(ProcessHandle.current().pid(), late.holders().getFirst().pid());
      held.ensureValid();
    }
    assertTrue(isFree(here().lock(name)));
  }

  @Test
  void aPlatformThreadWaitsForAnotherMachine() throws Exception {
    waits(Thread.ofPlatform().factory());
  }

  @Test
  void aVirtualThreadWaitsForAnotherMachine() throws Exception {
    waits(Thread.ofVirtual().factory());
  }

  private void waits(ThreadFactory factory) throws Exception {
    String name = newName();
    Held theirs = there().lock(name).tryAcquire().orElseThrow();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(factory)) {
      Future<Long> waiter =
          threads.submit(
              () -> {
                try (Held held = here().lock(name).acquire()) {
                  held.ensureValid();
                  return held.token();
                }
              });
      awaitWaiters(name, 1);
      assertFalse(waiter.isDone());
      long before = theirs.token();
      theirs.close();
      assertTrue(waiter.get(60, TimeUnit.SECONDS) > before);
    }
  }

  /** Until the server itself shows so many. */
  final void awaitWaiters(String name, int count) throws IOException {
    for (; ; ) {
      int waiting = 0;
      for (LockState state : there().states()) {
        waiting += state.name().equals(shown(name)) ? state.waiters().size() : 0;
      }
      if (waiting == count) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** How the table shows the name. */
  String shown(String name) throws IOException {
    return name;
  }

  @Test
  void aWaitCanBeInterruptedAndLeavesNothing() throws Exception {
    for (ThreadFactory factory :
        List.of(Thread.ofPlatform().factory(), Thread.ofVirtual().factory())) {
      String name = newName();
      CompletableFuture<Object> end = new CompletableFuture<>();
      try (Held theirs = there().lock(name).tryAcquire().orElseThrow()) {
        Thread waiter =
            factory.newThread(
                () -> {
                  try (Held held = here().lock(name).acquire()) {
                    end.complete(held);
                  } catch (IOException | InterruptedException e) {
                    end.complete(e);
                  }
                });
        waiter.start();
        awaitWaiters(name, 1);
        waiter.interrupt();
        assertInstanceOf(InterruptedException.class, end.get(60, TimeUnit.SECONDS));
        awaitWaiters(name, 0);
        theirs.ensureValid();
      }
      assertTrue(isFree(there().lock(name)));
      assertTrue(isFree(here().lock(name)));
    }
  }

  @Test
  void threadsAreServedInTheOrderOfTheirComing() throws Exception {
    HostLock lock = here().lock(newName());
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    try (Held held = lock.tryAcquire().orElseThrow()) {
      for (int i = 0; i < 5; i++) {
        int number = i;
        Thread thread =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (Held mine = lock.acquire()) {
                        order.add(mine.isOpen() ? number : -1);
                      } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                      }
                    });
        threads.add(thread);
        while (thread.getState() != Thread.State.WAITING
            && thread.getState() != Thread.State.TIMED_WAITING) {
          Thread.onSpinWait();
        }
      }
      held.ensureValid();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(0, 1, 2, 3, 4), order);
  }

  @Test
  void nobodyOverlaps() throws Exception {
    String name = newName();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 6; i++) {
        HostLock lock = (i % 2 == 0 ? here() : there()).lock(name);
        all.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 10; n++) {
                    try (Held held = lock.acquire(LONG)) {
                      overlaps.addAndGet(inside.getAndIncrement());
                      tokens.add(held.token());
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
    assertEquals(60, tokens.size());
    assertEquals(tokens.stream().sorted().distinct().toList(), tokens);
  }

  @Test
  void askingAgainIsRefusedAndAReentrantViewMay() throws Exception {
    HostLock lock = here().lock(newName());
    try (Held held = lock.tryAcquire().orElseThrow()) {
      assertThrows(LockReentryException.class, () -> lock.acquire(LONG));
      held.detach();
      assertInstanceOf(Outcome.TimedOut.class, lock.attempt(SHORT));
    }
    HostLock again = lock.reentrant();
    try (Held outer = again.acquire(LONG);
        Held inner = again.acquire(LONG)) {
      assertEquals(outer.token(), inner.token());
    }
    assertTrue(isFree(lock));
  }

  @Test
  void readersShareAndKeepWritersOut() throws IOException {
    String name = newName();
    Held two = here().lock(name).shared().tryAcquire().orElseThrow();
    try (Held one = there().lock(name).shared().tryAcquire().orElseThrow()) {
      assertEquals(Mode.SHARED, one.mode());
      assertTrue(here().lock(name).tryAcquire().isEmpty());
      two.close();
      assertTrue(here().lock(name).tryAcquire().isEmpty());
      assertThrows(UnsupportedOperationException.class, one::tryUpgrade);
      one.ensureValid();
    }
    try (Held alone = here().lock(name).tryAcquire().orElseThrow()) {
      assertTrue(there().lock(name).shared().tryAcquire().isEmpty());
      alone.ensureValid();
    }
  }

  /** Or readers who try again and again would keep writers out for ever. */
  @Test
  void aReaderWhoTriesDoesNotOvertakeAWriterWhoWaits() throws Exception {
    String name = newName();
    HostLock reader = there().lock(name).shared();
    CompletableFuture<Held> writer = new CompletableFuture<>();
    try (Held first = there().lock(name).shared().tryAcquire().orElseThrow()) {
      Thread waits =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      writer.complete(here().lock(name).acquire());
                    } catch (IOException | InterruptedException e) {
                      writer.completeExceptionally(e);
                    }
                  });
      awaitWaiters(name, 1);
      assertTrue(elsewhere(reader).isEmpty());
      assertFalse(writer.isDone());
      waits.interrupt();
      assertThrows(ExecutionException.class, writer::get);
      awaitWaiters(name, 0);
      elsewhere(reader).orElseThrow().close();
      first.ensureValid();
    }
  }

  /** In a thread that does not share it already, and so may be told to wait. */
  private static Optional<Held> elsewhere(HostLock reader) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return reader.tryAcquire();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .get();
  }

  @Test
  void aSemaphoreHasSoManyPermits() throws Exception {
    String name = newName();
    HostLock here = here().semaphore(name, 2);
    HostLock there = there().semaphore(name, 2);
    Held one = here.tryAcquire().orElseThrow();
    try (Held two = there.tryAcquire().orElseThrow()) {
      assertTrue(here.tryAcquire().isEmpty());
      assertTrue(there.tryAcquire().isEmpty());
      assertEquals(2, here.holders().size());
      CompletableFuture<Long> third = new CompletableFuture<>();
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Held held = there.acquire()) {
                      held.ensureValid();
                      third.complete(held.token());
                    } catch (IOException | InterruptedException e) {
                      third.completeExceptionally(e);
                    }
                  });
      assertInstanceOf(Outcome.TimedOut.class, here.attempt(SHORT));
      assertFalse(third.isDone());
      one.close();
      third.get(60, TimeUnit.SECONDS);
      waiter.join();
      two.ensureValid();
    }
    assertThrows(IllegalArgumentException.class, () -> here().semaphore(name, 0));
    assertThrows(UnsupportedOperationException.class, here::exclusive);
  }

  @Test
  void aSetTakesLocksOfServersAndOfTheMachineTogether() throws Exception {
    HostLock remote = here().lock(newName());
    HostLock other = here().lock(newName());
    HostLock local = Locks.of(directory.resolve("local"));
    try (HeldSet all = Locks.all(local, other, remote).acquire(LONG)) {
      assertEquals(3, all.all().size());
      assertEquals(local.key(), all.all().getLast().lock().key());
      assertFalse(isFree(remote));
      all.ensureValid();
    }
    // One is busy: none is held.
    try (Held busy = there().lock(((ClusterLock) remote).plainName()).acquire(LONG)) {
      assertTrue(Locks.all(local, other, remote).tryAcquire().isEmpty());
      assertThrows(Exception.class, () -> Locks.all(local, other, remote).acquire(SHORT).close());
      assertTrue(isFree(local));
      assertTrue(isFree(other));
      busy.ensureValid();
    }
    try (Held busy = local.acquire(LONG)) {
      assertTrue(Locks.all(local, other, remote).tryAcquire().isEmpty());
      assertTrue(isFree(remote));
      busy.ensureValid();
    }
  }

  @Test
  void theTableShowsHoldersAndWaiters() throws Exception {
    String name = newName();
    Thread waiter;
    try (Held held = here().lock(name).tryAcquire().orElseThrow()) {
      waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Held mine = there().lock(name).acquire()) {
                      mine.ensureValid();
                    } catch (IOException | InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  });
      awaitWaiters(name, 1);
      String shown = shown(name);
      LockState state =
          here().states().stream().filter(s -> s.name().equals(shown)).findFirst().orElseThrow();
      assertEquals(1, state.holders().size());
      assertEquals(ProcessHandle.current().pid(), state.holders().getFirst().pid());
      held.ensureValid();
    }
    waiter.join();
  }

  @Test
  void aLookAtTheServerFindsItFit() throws IOException {
    assertTrue(here().examine().stream().anyMatch(line -> line.contains("token grew")));
  }
}
