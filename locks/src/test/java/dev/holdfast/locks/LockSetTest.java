package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.process.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LockSetTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Kind[] MIXED = {
    Kinds.OFD, Kinds.FLOCK, Kinds.FILE, Kinds.POSIX, Kinds.SOCKET, Kinds.MAIL, Kinds.PID_FILE
  };

  @TempDir Path directory;

  private List<HostLock> locks(int count) {
    List<HostLock> locks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      locks.add(TestKinds.open(MIXED[i % MIXED.length], directory, "lock" + i));
    }
    return locks;
  }

  @Test
  void allAreHeldOrNone() throws Exception {
    List<HostLock> locks = locks(5);
    try (HeldSet all = Locks.all(locks).acquire(LONG)) {
      assertEquals(5, all.all().size());
      all.ensureValid();
      for (HostLock lock : locks) {
        assertTrue(all.of(lock).isOpen());
        assertTrue(lock.tryAcquire().isEmpty());
      }
    }
    Held one = locks.get(2).acquire(LONG).detach();
    assertTrue(Locks.all(locks).tryAcquire().isEmpty());
    LockSet.Result late = Locks.all(locks).attempt(SHORT);
    assertInstanceOf(LockSet.Result.TimedOut.class, late);
    assertThrows(LockTimeoutException.class, () -> Locks.all(locks).acquire(SHORT));
    one.close();
    for (HostLock lock : locks) {
      lock.tryAcquire().orElseThrow().close();
    }
  }

  @Test
  void namesOfOneLockCountOnceInTheStrongerMode() throws Exception {
    Path file = directory.resolve("one");
    LockSet set =
        Locks.all(
            Locks.ofd(file).shared(),
            Locks.ofd(directory.resolve("./one")),
            Locks.ofd(file).shared());
    try (HeldSet all = set.acquire(LONG)) {
      assertEquals(1, all.all().size());
      assertEquals(Mode.EXCLUSIVE, all.all().getFirst().mode());
    }
  }

  @Test
  void rangesThatOverlapAreRefused() {
    Path file = directory.resolve("ranges");
    assertThrows(
        IllegalArgumentException.class,
        () -> Locks.all(Locks.ofd(file).range(0, 10), Locks.ofd(file).range(5, 10)).tryAcquire());
    assertThrows(
        IllegalArgumentException.class,
        () -> Locks.all(Locks.ofd(file), Locks.posix(file)).tryAcquire());
  }

  /**
   * Which file has the lower inode number is chance: a program that keeps to one order is right.
   */
  @Test
  void oneOrderIsNeverRefusedWhicheverItIs() throws Exception {
    List<HostLock> sorted = Locks.all(locks(2)).inOrder();
    for (int i = 0; i < 2; i++) {
      try (Held high = sorted.get(1).acquire(LONG);
          Held low = sorted.get(0).acquire(LONG)) {
        assertTrue(low.isOpen() && high.isOpen());
      }
    }
    // A set steps back instead of waiting for ever: what it takes is no order.
    try (HeldSet both = Locks.all(sorted).acquire(LONG)) {
      both.ensureValid();
    }
    try (Held high = sorted.get(1).acquire(LONG);
        Held low = sorted.get(0).acquire(LONG)) {
      assertTrue(low.isOpen() && high.isOpen());
    }
  }

  /** The file system gives the number of a removed file to the next: that is another lock. */
  @Test
  void whatWasSeenOfRemovedFilesIsNotHeldAgainstThoseThatGotTheirNumbers() throws Exception {
    Path one = Files.createFile(directory.resolve("one"));
    Path two = Files.createFile(directory.resolve("two"));
    try (Held first = Locks.of(one).acquire(LONG);
        Held second = Locks.of(two).acquire(LONG)) {
      assertTrue(first.isOpen() && second.isOpen());
    }
    // The same numbers with certainty, whatever the file system does: each has the other's name.
    Path aside = directory.resolve("aside");
    Files.move(one, aside);
    Files.move(two, one);
    Files.move(aside, two);
    // As for removed files nothing of them is open any more.
    Slots.retireUnusedSince(Upkeep.epoch);
    try (Held first = Locks.of(one).acquire(LONG);
        Held second = Locks.of(two).acquire(LONG)) {
      assertTrue(first.isOpen() && second.isOpen());
    }
    // The control: against the order of the names it is refused.
    try (Held second = Locks.of(two).acquire(LONG)) {
      assertTrue(second.isOpen());
      assertThrows(LockOrderException.class, () -> Locks.of(one).acquire(LONG));
    }
  }

  @Test
  void aSingleInstanceDoesNotForbidOtherLocks() throws Exception {
    try (Held only = Locks.pidFile(directory.resolve("d.pid")).tryAcquire().orElseThrow()) {
      for (HostLock lock :
          List.of(
              Locks.of(directory.resolve("x")),
              Locks.flock(directory.resolve("x")),
              Locks.file(directory.resolve("y")))) {
        lock.acquire(LONG).close();
        java.util.concurrent.locks.Lock asJava = lock.asJavaLock();
        asJava.lock();
        try {
          only.ensureValid();
        } finally {
          asJava.unlock();
        }
      }
      only.ensureValid();
    }
  }

  @Test
  void aRefusedOrderNamesAllPlaces() throws Exception {
    HostLock one = Locks.of(directory.resolve("one"));
    HostLock two = Locks.of(directory.resolve("two"));
    HostLock three = Locks.of(directory.resolve("three"));
    try (Held first = one.acquire(LONG);
        Held second = two.acquire(LONG)) {
      assertTrue(first.isOpen() && second.isOpen());
    }
    try (Held second = two.acquire(LONG);
        Held third = three.acquire(LONG)) {
      assertTrue(second.isOpen() && third.isOpen());
    }
    try (Held third = three.acquire(LONG)) {
      // By way of two: a circle of three threads.
      LockOrderException refused = assertThrows(LockOrderException.class, () -> one.acquire(LONG));
      String message = refused.getMessage();
      assertTrue(message.contains(one.name()) && message.contains(three.name()), message);
      assertEquals(
          5, message.split("aRefusedOrderNamesAllPlaces", -1).length, "four places: " + message);
      // What does not wait cannot deadlock.
      try (Held first = one.tryAcquire().orElseThrow()) {
        assertTrue(first.isOpen() && third.isOpen());
      }
      assertInstanceOf(Outcome.Acquired.class, one.attempt(Duration.ZERO)).orThrow().close();
    }
  }

  /** Only the latest of what a thread holds are asked about; those before them lead to these. */
  @Test
  void anOrderIsKnownHoweverManyAreHeldInBetween() throws Exception {
    List<HostLock> many = new ArrayList<>();
    for (int i = 0; i < 2 * LockOrder.DEEPEST; i++) {
      many.add(Locks.of(directory.resolve("deep" + i)));
    }
    List<Held> held = new ArrayList<>();
    for (HostLock each : many) {
      held.add(each.acquire(LONG));
    }
    HeldSet.closeAll(held);
    try (Held last = many.getLast().acquire(LONG)) {
      assertThrows(LockOrderException.class, () -> many.getFirst().acquire(LONG));
      assertTrue(last.isOpen());
    }
    // The control: in the order that was seen.
    try (Held first = many.getFirst().acquire(LONG);
        Held last = many.getLast().acquire(LONG)) {
      assertTrue(first.isOpen() && last.isOpen());
    }
  }

  /** Each party lists the locks in another order, as programs do that deadlock. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10})
  void partiesThatListThemInAnyOrderDoNotDeadlock(int parties) throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < parties; i++) {
        List<HostLock> mine = locks(parties);
        Collections.rotate(mine, i);
        all.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 10; n++) {
                    try (HeldSet held = Locks.all(mine).acquire(LONG)) {
                      if (inside.incrementAndGet() != 1 || held.all().size() != parties) {
                        overlaps.incrementAndGet();
                      }
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

  /** The negative control: one by one in opposite orders, the same parties do deadlock. */
  @Test
  void partiesThatTakeThemOneByOneDeadlock() throws Exception {
    List<HostLock> locks = locks(2);
    CountDownLatch bothHoldOne = new CountDownLatch(2);
    List<Future<Outcome>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2; i++) {
        HostLock first = locks.get(i);
        HostLock second = locks.get(1 - i);
        all.add(
            threads.submit(
                () -> {
                  // Detached: the library would refuse the order.
                  try (Held held = first.acquire(LONG).detach()) {
                    bothHoldOne.countDown();
                    assertTrue(bothHoldOne.await(30, TimeUnit.SECONDS));
                    Outcome outcome = second.attempt(Duration.ofMillis(300));
                    assertTrue(held.isOpen());
                    if (outcome instanceof Outcome.Acquired(Held got)) {
                      got.close();
                    }
                    return outcome;
                  }
                }));
      }
      long stuck = 0;
      for (Future<Outcome> one : all) {
        stuck += one.get() instanceof Outcome.TimedOut ? 1 : 0;
      }
      assertTrue(stuck >= 1, "they did not deadlock");
    }
  }

  /** A foreign program holds the second and wants the first: it gets it, since we step back. */
  @Test
  void aProgramWithoutOrderIsLetBy() throws Exception {
    List<HostLock> sorted = Locks.all(locks(2)).inOrder();
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Held second = sorted.get(1).acquire(LONG).detach();
      Future<Boolean> ours =
          threads.submit(
              () -> {
                try (HeldSet held = Locks.all(sorted).acquire(LONG)) {
                  return held.all().size() == 2;
                }
              });
      while (sorted.get(0).holders().isEmpty()) {
        Thread.onSpinWait();
      }
      try (Held first = sorted.get(0).acquire(LONG).detach()) {
        assertTrue(first.isOpen());
      }
      second.close();
      assertTrue(ours.get());
    }
  }

  @Test
  void aSetWithoutLocksIsRefused() {
    assertThrows(IllegalArgumentException.class, Locks::all);
    assertThrows(IOException.class, () -> Locks.all(Locks.ofd(directory)).tryAcquire());
  }
}
