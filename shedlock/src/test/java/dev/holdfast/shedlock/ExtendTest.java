package dev.holdfast.shedlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What ShedLock asks of each provider beside the exclusion: locks that are extended, and many at
 * once.
 */
class ExtendTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final Path directory;
  private final HostLockProvider keeping;
  private final HostLockProvider lettingGo;

  ExtendTest(@TempDir Path directory) {
    this.directory = directory;
    this.keeping = HostLockProvider.in(directory);
    this.lettingGo = keeping.lettingGoAtMost();
  }

  private static SimpleLock lock(LockProvider provider, Duration most, Duration least) {
    return provider.lock(Node.job("job", most, least)).orElseThrow();
  }

  private boolean isLocked() {
    Optional<SimpleLock> got =
        HostLockProvider.in(directory).lock(Node.job("job", LONG, Duration.ZERO));
    got.ifPresent(SimpleLock::unlock);
    return got.isEmpty();
  }

  @Test
  void oneThatIsExtendedOutlivesItsFirstTime() throws Exception {
    SimpleLock first = lock(lettingGo, Duration.ofSeconds(20), Duration.ZERO);
    Instant firstEnd = Instant.now().plusMillis(50);
    SimpleLock second = first.extend(Duration.ofMillis(50), Duration.ZERO).orElseThrow();
    SimpleLock third = second.extend(LONG, Duration.ZERO).orElseThrow();
    while (Instant.now().isBefore(firstEnd.plusMillis(50))) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertTrue(isLocked());
    third.unlock();
    assertFalse(isLocked());
  }

  @Test
  void whatIsOverIsNotExtended() throws Exception {
    SimpleLock over = lock(lettingGo, Duration.ofMillis(1), Duration.ZERO);
    TimeUnit.MILLISECONDS.sleep(2);
    assertEquals(Optional.empty(), over.extend(LONG, Duration.ZERO));
    assertFalse(isLocked());
    // The control: one that is kept as long as its job runs.
    SimpleLock kept = lock(keeping, Duration.ofMillis(1), Duration.ZERO);
    TimeUnit.MILLISECONDS.sleep(2);
    kept.extend(LONG, Duration.ZERO).orElseThrow().unlock();
    assertFalse(isLocked());
  }

  @Test
  void whatWasUnlockedOrExtendedIsOfNoUse() {
    for (HostLockProvider provider : List.of(keeping, lettingGo)) {
      SimpleLock unlocked = lock(provider, LONG, Duration.ZERO);
      unlocked.unlock();
      assertThrows(IllegalStateException.class, () -> unlocked.extend(LONG, Duration.ZERO));
      SimpleLock extended = lock(provider, LONG, Duration.ZERO);
      SimpleLock next = extended.extend(LONG, Duration.ZERO).orElseThrow();
      assertThrows(IllegalStateException.class, () -> extended.extend(LONG, Duration.ZERO));
      assertThrows(IllegalStateException.class, extended::unlock);
      assertTrue(isLocked());
      next.unlock();
      assertFalse(isLocked());
    }
  }

  @Test
  void theLeastTimeIsThatOfTheLastOne() {
    SimpleLock first = lock(keeping, LONG, LONG);
    first.extend(LONG, Duration.ZERO).orElseThrow().unlock();
    assertFalse(isLocked());
    lock(keeping, LONG, Duration.ZERO).extend(LONG, LONG).orElseThrow().unlock();
    assertTrue(isLocked());
  }

  /** The lock's file is not what was locked any more. */
  @Test
  void whatWasLostIsNotExtended() throws Exception {
    SimpleLock lost = lock(keeping, LONG, Duration.ZERO);
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertEquals(Optional.empty(), lost.extend(LONG, Duration.ZERO));
  }

  @Test
  void shedLocksKeeperKeepsIt() throws Exception {
    try (ScheduledExecutorService executor = Executors.newScheduledThreadPool(1)) {
      LockProvider kept = new KeepAliveLockProvider(lettingGo, executor);
      SimpleLock lock = lock(kept, LONG, Duration.ZERO);
      assertTrue(isLocked());
      lock.unlock();
      assertFalse(isLocked());
    }
  }

  /** Each of many threads counts up as often as it gets the lock. */
  @Test
  void ofManyOneAtATimeHasIt() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    int[] count = {0};
    List<Future<Integer>> all = new ArrayList<>();
    try (var threads = Executors.newCachedThreadPool()) {
      for (int i = 0; i < 8; i++) {
        HostLockProvider own = HostLockProvider.in(directory);
        all.add(
            threads.submit(
                () -> {
                  int got = 0;
                  while (got < 25) {
                    Optional<SimpleLock> lock = own.lock(Node.job("job", LONG, Duration.ZERO));
                    if (lock.isPresent()) {
                      together.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      count[0]++;
                      got++;
                      inside.decrementAndGet();
                      lock.get().unlock();
                    }
                    TimeUnit.MICROSECONDS.sleep(100);
                  }
                  return got;
                }));
      }
    }
    int granted = 0;
    for (Future<Integer> each : all) {
      granted += each.get();
    }
    assertEquals(200, granted);
    assertEquals(granted, count[0], "no count was lost");
    assertEquals(1, together.get());
  }
}
