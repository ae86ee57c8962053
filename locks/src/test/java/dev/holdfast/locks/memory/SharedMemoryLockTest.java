package dev.holdfast.locks.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.SharedWord;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.LockOrderException;
import dev.holdfast.locks.LockPoisonedException;
import dev.holdfast.locks.LockReentryException;
import dev.holdfast.locks.LockTimeoutException;
import dev.holdfast.locks.Peer;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only the lock in shared memory does, and what its one word must not get wrong. */
@Timeout(60)
class SharedMemoryLockTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path directory;
  private Path file;
  private SharedMemory memory;
  private SharedMemoryLock lock;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final long sleep = CellWaiters.longestSleepNanos;

  @BeforeEach
  void open() throws IOException {
    file = directory.resolve("memory");
    memory = SharedMemory.open(file);
    lock = memory.lock(0);
  }

  @AfterEach
  void end() {
    CellWaiters.longestSleepNanos = sleep;
    threads.close();
  }

  /** Another process in a state that it is killed in, or that counts. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws Exception {
      SharedMemory memory = SharedMemory.open(Path.of(args[0]));
      SharedMemoryLock lock = memory.lock(0).repairedBy(() -> {});
      switch (args[1]) {
        case "writer" -> hold(lock.acquire());
        case "reader" -> hold(lock.shared().acquire());
        case "downgraded" -> {
          Held held = lock.acquire();
          held.downgrade();
          hold(held);
        }
        case "upgraded" -> {
          Held held = lock.shared().acquire();
          assertTrue(held.tryUpgrade());
          hold(held);
        }
        case "waiter" -> {
          System.out.println("slot " + memory.slot());
          hold(lock.acquire());
        }
        case "repairer" -> {
          SharedMemoryLock slow =
              lock.repairedBy(
                  () -> {
                    System.out.println("slot " + memory.slot());
                    System.in.transferTo(OutputStream.nullOutputStream());
                  });
          hold(slow.acquire());
        }
        case "count" -> {
          // A wake-up that is lost now is not made up for before the test has failed.
          CellWaiters.longestSleepNanos = Long.MAX_VALUE;
          System.out.println("slot " + memory.slot());
          System.in.transferTo(OutputStream.nullOutputStream());
          count(memory, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        }
        default -> System.out.println("slot " + memory.slot());
      }
    }

    private static void hold(Held held) throws IOException {
      System.out.println("holds " + held.token());
      System.in.transferTo(OutputStream.nullOutputStream());
      held.close();
    }
  }

  private Process other(String... what) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(file.toString()));
    arguments.addAll(List.of(what));
    return Peer.java(Other.class, arguments.toArray(String[]::new))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** The number in its next line. */
  private static long number(Process other, String word) throws IOException {
    String line = other.inputReader().readLine();
    assertTrue(line != null && line.startsWith(word + " "), "says " + line);
    return Long.parseLong(line.substring(word.length() + 1));
  }

  private static void kill(Process other) throws InterruptedException {
    other.destroyForcibly().waitFor();
  }

  private <T> List<T> together(List<Callable<T>> calls) throws Exception {
    // Not a barrier of the library: that lets one go after the other.
    AtomicInteger missing = new AtomicInteger(calls.size());
    List<Future<T>> all = new ArrayList<>();
    for (Callable<T> call : calls) {
      all.add(
          threads.submit(
              () -> {
                missing.decrementAndGet();
                while (missing.get() > 0) {
                  Thread.onSpinWait();
                }
                return call.call();
              }));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> one : all) {
      results.add(one.get());
    }
    return results;
  }

  // --- closing ---

  @Test
  void twoThreadsThatCloseLetGoOfTheirOwnHoldingOnly() throws Exception {
    int taken = 0;
    for (int i = 0; i < 2_000; i++) {
      Held held = lock.acquire(LONG).detach();
      Callable<Optional<Held>> closeAndTake =
          () -> {
            held.close();
            return lock.tryAcquire().map(Held::detach);
          };
      Callable<Optional<Held>> closeOnly =
          () -> {
            held.close();
            return Optional.empty();
          };
      Optional<Held> next = together(List.of(closeAndTake, closeOnly)).getFirst();
      if (next.isPresent()) {
        taken++;
        next.get().ensureValid();
        assertTrue(lock.tryAcquire().isEmpty());
        next.get().close();
      }
      assertTrue(lock.tryAcquire().map(SharedMemoryLockTest::close).isPresent());
    }
    assertTrue(taken > 0, "the next was never there in time");
  }

  @Test
  void whoComesLateWithAnEarlierHoldingLetsGoOfNothing() throws Exception {
    MemoryCell cell = memory.cell(0);
    long first;
    try (Held held = lock.acquire(LONG)) {
      first = held.token();
    }
    try (Held held = lock.acquire(LONG)) {
      assertFalse(cell.release(first));
      assertFalse(cell.downgrade(first));
      held.ensureValid();
      assertTrue(lock.tryAcquire().isEmpty());
    }
  }

  @Test
  void aReaderThatIsClosedTwiceAtOnceIsOneReaderLess() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      Held stays = lock.shared().acquire(LONG).detach();
      Held goes = lock.shared().acquire(LONG).detach();
      together(List.of(() -> close(goes), () -> close(goes)));
      stays.ensureValid();
      assertTrue(lock.tryAcquire().isEmpty());
      stays.close();
      lock.acquire(LONG).close();
    }
  }

  private static boolean close(Held held) {
    held.close();
    return true;
  }

  @Test
  void aCloseDuringAChangeOfModeLetsGo() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      Held held = lock.acquire(LONG).detach();
      together(
          List.of(
              () -> close(held),
              () -> {
                try {
                  held.downgrade();
                  held.tryUpgrade();
                } catch (IllegalStateException closedBefore) {
                  assertFalse(held.isOpen());
                }
                return false;
              }));
      lock.acquire(LONG).close();
    }
  }

  // --- wake-ups ---

  private static void count(SharedMemory memory, int threads, int times) throws Exception {
    SharedCounter counter = memory.counter(1);
    SharedMemoryLock lock = memory.lock(0);
    try (ExecutorService each = Executors.newThreadPerTaskExecutor(kinds())) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            each.submit(
                () -> {
                  for (int n = 0; n < times; n++) {
                    try (Held held = n % 16 == 7 ? upgraded(lock) : lock.acquire(LONG)) {
                      held.ensureValid();
                      counter.set(counter.get() + 1);
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

  private static Held upgraded(SharedMemoryLock lock) throws IOException, InterruptedException {
    for (; ; ) {
      Held held = lock.shared().acquire(LONG);
      if (held.tryUpgrade()) {
        return held;
      }
      held.close();
    }
  }

  /** Platform threads and virtual ones by turns. */
  private static ThreadFactory kinds() {
    AtomicInteger made = new AtomicInteger();
    return task ->
        made.getAndIncrement() % 2 == 0
            ? Thread.ofPlatform().unstarted(task)
            : Thread.ofVirtual().unstarted(task);
  }

  @Test
  void noWakeUpAndNoStepIsLostBetweenThreadsAndProcesses() throws Exception {
    CellWaiters.longestSleepNanos = Long.MAX_VALUE;
    List<Process> others = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Process other = other("count", "3", "2000");
      number(other, "slot");
      others.add(other);
    }
    for (Process other : others) {
      other.outputWriter().close();
    }
    count(memory, 3, 2_000);
    for (Process other : others) {
      assertEquals(0, other.waitFor());
    }
    assertEquals(3 * 3 * 2_000, memory.counter(1).get());
  }

  @Test
  void aWaiterLooksAgainAfterItHasToldThatItWaits() throws Exception {
    CellWaiters.longestSleepNanos = Long.MAX_VALUE;
    MemoryCell cell = memory.cell(0);
    SharedWord waiting = memory.mapping().word(SharedMemory.offset(0) + 32);
    boolean came = cell.outside.await(() -> waiting.get() == 1L << memory.slot(), Deadline.NONE);
    assertTrue(came);
    assertEquals(0, waiting.get());
  }

  @Test
  void aChangeJustAfterTheLastLookKeepsAWaiterFromSleeping() throws Exception {
    CellWaiters.longestSleepNanos = Long.MAX_VALUE;
    MemoryCell cell = memory.cell(0);
    boolean came =
        cell.outside.await(
            () -> {
              cell.changed();
              return false;
            },
            Deadline.NONE);
    assertFalse(came);
  }

  // --- generations ---

  @Test
  void theTokenGrowsWithEachWriterAndOutlivesReaders() throws Exception {
    long first;
    try (Held held = lock.acquire(LONG)) {
      first = held.token();
      held.downgrade();
      assertEquals(first, held.token());
      Process reader = other("reader");
      assertEquals(first, number(reader, "holds"));
      assertFalse(held.tryUpgrade());
      reader.outputWriter().close();
      reader.waitFor();
      assertTrue(held.tryUpgrade());
      assertEquals(first + 1, held.token());
      held.downgrade();
      assertEquals(first + 1, held.token());
    }
    try (Held reader = lock.shared().acquire(LONG)) {
      assertEquals(first + 1, reader.token());
    }
    Process writer = other("writer");
    assertEquals(first + 2, number(writer, "holds"));
    writer.outputWriter().close();
    writer.waitFor();
    try (Held reader = lock.shared().acquire(LONG)) {
      assertEquals(first + 2, reader.token());
    }
    try (Held held = lock.acquire(LONG)) {
      assertEquals(first + 3, held.token());
    }
  }

  @Test
  void whenTheTokensAreUsedUpNobodyWritesAnyMore() throws Exception {
    SharedWord word = memory.mapping().word(SharedMemory.offset(0));
    word.set(CellState.free(CellState.LAST_GENERATION - 1));
    lock.acquire(LONG).close();
    assertThrows(IOException.class, () -> lock.acquire(LONG));
    try (Held held = lock.shared().acquire(LONG)) {
      assertEquals(CellState.LAST_GENERATION, held.token());
      assertThrows(IOException.class, held::tryUpgrade);
      held.ensureValid();
    }
    assertEquals(CellState.free(CellState.LAST_GENERATION), word.get());
  }

  // --- order and re-entry ---

  @Test
  void askingAgainIsRefusedAlsoAfterManyAcquisitions() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      lock.acquire().close();
    }
    try (Held held = lock.acquire()) {
      LockReentryException refused =
          assertThrows(LockReentryException.class, () -> lock.acquire().close());
      String[] parts = refused.getMessage().split("asked for again", -1);
      assertEquals(2, parts.length, refused.getMessage());
      for (String part : parts) {
        assertTrue(part.contains("askingAgainIsRefused"), refused.getMessage());
      }
      assertTrue(lock.tryAcquire().isEmpty());
      held.ensureValid();
    }
    lock.acquire().close();
  }

  @Test
  void anOrderThatCanDeadlockIsRefusedAlsoIfTheLockIsFree() throws Exception {
    SharedMemoryLock second = memory.lock(1);
    try (Held one = lock.acquire();
        Held two = second.acquire()) {
      assertTrue(one.isOpen() && two.isOpen());
    }
    try (Held held = second.acquire()) {
      LockOrderException refused =
          assertThrows(LockOrderException.class, () -> lock.acquire().close());
      assertTrue(refused.getMessage().contains(lock.name()), refused.getMessage());
      assertTrue(refused.getMessage().contains(second.name()), refused.getMessage());
      held.detach();
      lock.acquire().close();
    }
    try (Held one = lock.acquire();
        Held two = second.acquire()) {
      assertThrows(LockReentryException.class, () -> lock.acquire().close());
      one.ensureValid();
      two.ensureValid();
    }
  }

  @Test
  void threadsThatTakeTurnsAreNotTakenForOneAnother() throws Exception {
    Callable<Integer> often =
        () -> {
          for (int i = 0; i < 20_000; i++) {
            lock.acquire().close();
          }
          return 0;
        };
    assertEquals(List.of(0, 0, 0), together(List.of(often, often, often)));
  }

  @Test
  void whatIsDetachedWhileItIsSharedIsNotOwnedWhenItIsUpgraded() throws Exception {
    try (Held held = lock.shared().acquire().detach()) {
      assertTrue(held.tryUpgrade());
      assertThrows(LockTimeoutException.class, () -> lock.acquire(Duration.ofMillis(1)));
    }
  }

  // --- death ---

  private void killed(String state, boolean inconsistent) throws Exception {
    Process other = other(state);
    long token = number(other, "holds");
    kill(other);
    if (inconsistent) {
      assertThrows(LockPoisonedException.class, () -> lock.acquire(LONG));
      assertThrows(LockPoisonedException.class, () -> lock.shared().acquire(LONG));
    }
    AtomicInteger repairs = new AtomicInteger();
    try (Held held = lock.repairedBy(repairs::incrementAndGet).acquire(LONG)) {
      assertEquals(token + 1, held.token());
      held.ensureValid();
    }
    assertEquals(inconsistent ? 1 : 0, repairs.get());
    lock.acquire(LONG).close();
  }

  @Test
  void whatADeadWriterHeldIsInconsistent() throws Exception {
    killed("writer", true);
    killed("upgraded", true);
  }

  @Test
  void whatADeadReaderHeldIsNot() throws Exception {
    killed("reader", false);
    killed("downgraded", false);
  }

  @Test
  void aDeadReaderDoesNotStandInTheWayOfAnUpgrade() throws Exception {
    Process reader = other("reader");
    number(reader, "holds");
    try (Held held = lock.shared().acquire(LONG)) {
      assertFalse(held.tryUpgrade());
      kill(reader);
      assertTrue(held.tryUpgrade());
    }
  }

  @Test
  void aRepairThatIsKilledIsDoneAgain() throws Exception {
    Process writer = other("writer");
    number(writer, "holds");
    kill(writer);
    Process repairer = other("repairer");
    number(repairer, "slot");
    assertTrue(lock.tryAcquire().isEmpty());
    kill(repairer);
    AtomicInteger repairs = new AtomicInteger();
    lock.repairedBy(repairs::incrementAndGet).acquire(LONG).close();
    assertEquals(1, repairs.get());
  }

  @Test
  void aDeadWaiterIsForgottenAtTheNextChange() throws Exception {
    SharedWord waiting = memory.mapping().word(SharedMemory.offset(0) + 32);
    try (Held held = lock.acquire(LONG)) {
      Process waiter = other("waiter");
      long bit = 1L << number(waiter, "slot");
      while ((waiting.get() & bit) == 0) {
        Thread.onSpinWait();
      }
      kill(waiter);
      held.ensureValid();
    }
    assertEquals(0, waiting.get());
    lock.acquire(LONG).close();
  }

  @Test
  void nobodyGetsTheSlotOfTheDeadWhileTheirPartIsTakenOut() throws Exception {
    Process dead = other("waiter");
    int slot = (int) number(dead, "slot");
    kill(dead);
    List<Long> during = new ArrayList<>();
    assertTrue(memory.ifDead(slot, () -> during.add(slotOfANewOne())));
    assertNotEquals(slot, during.getFirst());
    assertEquals(slot, slotOfANewOne());
    assertFalse(memory.ifDead(memory.slot(), () -> during.add(0L)));
    assertEquals(1, during.size());
  }

  private long slotOfANewOne() {
    try {
      Process fresh = other("slot");
      long slot = number(fresh, "slot");
      fresh.waitFor();
      return slot;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // --- what others did to the file ---

  @Test
  void whatWasOverwrittenIsLost() throws Exception {
    SharedWord word = memory.mapping().word(SharedMemory.offset(0));
    AtomicInteger told = new AtomicInteger();
    Held held = lock.acquire(LONG);
    held.onLost(told::incrementAndGet);
    long before = word.get();
    word.set(0);
    assertThrows(LockLostException.class, held::ensureValid);
    assertThrows(LockLostException.class, held::downgrade);
    assertEquals(1, told.get());
    held.close();
    assertEquals(0, word.get());
    word.set(before);
    held.close();
    assertEquals(before, word.get(), "closed already");
    // Else this thread would hold it for ever, also for the tests after this one.
    word.set(CellState.free(CellState.generation(before)));
    lock.acquire(LONG).close();
  }

  @Test
  void theMemoryOfAnEarlierVersionIsRefused() throws IOException {
    Path old = directory.resolve("old");
    byte[] contents = Files.readAllBytes(file);
    contents[7] = '1';
    Files.write(old, contents, StandardOpenOption.CREATE_NEW);
    assertThrows(FileSystemException.class, () -> SharedMemory.open(old));
  }
}
