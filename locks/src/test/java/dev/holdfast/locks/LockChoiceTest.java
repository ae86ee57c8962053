package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LockChoiceTest {
  @TempDir Path directory;

  private LockChoice slots(int count) {
    HostLock file = Locks.ofd(directory.resolve("slots"));
    return Locks.anyOf(IntStream.range(0, count).mapToObj(i -> file.range(i, 1)).toList());
  }

  @Test
  void asManyAsThereAreHoldItAndNoMore() throws Exception {
    try (Held one = slots(2).tryAcquire().orElseThrow();
        Held two = slots(2).tryAcquire().orElseThrow()) {
      assertEquals(0, one.lock().key().start());
      assertEquals(1, two.lock().key().start());
      // Else this thread would be refused for what it holds already.
      one.detach();
      two.detach();
      assertTrue(slots(2).tryAcquire().isEmpty());
      assertTrue(slots(2).tryAcquire(Duration.ofMillis(20)).isEmpty());
      slots(3).tryAcquire().orElseThrow().close();
    }
    slots(2).tryAcquire().orElseThrow().close();
  }

  /** Whichever becomes free, not only the one that the wait began with. */
  @Test
  void aWaiterGetsTheOneThatIsLetGoOf() throws Exception {
    for (int freed = 0; freed < 3; freed++) {
      List<Held> held = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        held.add(slots(3).tryAcquire().orElseThrow().detach());
      }
      CompletableFuture<Long> granted = new CompletableFuture<>();
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Held mine = slots(3).acquire()) {
                      granted.complete(mine.lock().key().start());
                    } catch (Exception e) {
                      granted.completeExceptionally(e);
                    }
                  });
      held.get(freed).close();
      assertEquals(freed, granted.get());
      waiter.join();
      held.forEach(Held::close);
    }
  }

  @Test
  void neverMoreThanThereAre() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try (Held mine = slots(3).acquire()) {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.sleep(2);
                  mine.ensureValid();
                  inside.decrementAndGet();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              task -> Thread.ofPlatform().start(task)));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
    assertTrue(most.get() <= 3, "at most 3, seen " + most);
    assertEquals(Optional.of(0L), slots(3).tryAcquire().map(LockChoiceTest::start));
  }

  private static long start(Held held) {
    try (held) {
      return held.lock().key().start();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void ofNothingThereIsNoChoice() {
    assertThrows(IllegalArgumentException.class, () -> Locks.anyOf(List.of()));
  }
}
