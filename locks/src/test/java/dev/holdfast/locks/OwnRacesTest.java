package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Races between the threads of one program that would be this library's own. */
@Timeout(240)
final class OwnRacesTest {
  private static final int THREADS = 4;

  private @TempDir Path directory;

  private interface Part {
    void of(int thread) throws Exception;
  }

  /** Each part at once with the others; the first failure is thrown. */
  private static void together(int threads, Part part) throws Exception {
    try (ExecutorService all = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        Callable<Object> one =
            () -> {
              part.of(thread);
              return thread;
            };
        parts.add(all.submit(one));
      }
      for (Future<?> one : parts) {
        one.get();
      }
    }
  }

  private static Kind kind(String word) {
    return Kinds.of(word).orElseThrow();
  }

  /** Each that comes or goes has the names in the directory looked at by all the others. */
  @ParameterizedTest
  @ValueSource(strings = {"file", "nfs", "pid", "mail"})
  void whatIsLetGoIsNotLostBecauseSomebodyLooksAtThatMoment(String kind) throws Exception {
    AtomicInteger told = new AtomicInteger();
    together(
        THREADS,
        thread -> {
          HostLock lock = kind(kind).at(directory.resolve(kind + thread));
          for (int i = 0; i < 300; i++) {
            Held held = lock.acquire();
            held.onLost(told::incrementAndGet);
            held.close();
          }
        });
    assertEquals(0, told.get());
  }

  @Test
  void whoAsksWhileItIsLetGoIsNotToldThatItWasLost() throws Exception {
    HostLock lock = Kinds.FILE.at(directory.resolve("lock"));
    AtomicInteger told = new AtomicInteger();
    CyclicBarrier begin = new CyclicBarrier(2);
    Exchanger<Held> hand = new Exchanger<>();
    together(
        2,
        thread -> {
          for (int i = 0; i < 2000; i++) {
            Held held = thread == 0 ? lock.acquire().detach() : null;
            Held other = hand.exchange(held);
            begin.await();
            if (held != null) {
              held.close();
            } else {
              try {
                other.ensureValid();
              } catch (LockLostException lost) {
                told.incrementAndGet();
              } catch (IllegalStateException letGo) {
                // That is what happened.
              }
            }
            begin.await();
          }
        });
    assertEquals(0, told.get());
  }

  /** Any thread may close it, also the first one while its own thread asks again. */
  @Test
  void whatIsAcquiredAgainIsHeldWhoeverClosesTheFirstAtThatMoment() throws Exception {
    HostLock lock = Locks.of(directory.resolve("lock"));
    HostLock view = lock.reentrant();
    CyclicBarrier begin = new CyclicBarrier(2);
    Exchanger<Held> hand = new Exchanger<>();
    AtomicInteger notHeld = new AtomicInteger();
    together(
        2,
        thread -> {
          for (int i = 0; i < 5000; i++) {
            Held first = thread == 0 ? view.acquire() : null;
            Held others = hand.exchange(first);
            begin.await();
            if (first == null) {
              others.close();
            } else {
              try (Held again = view.acquire()) {
                notHeld.addAndGet(again.isOpen() ? 0 : 1);
              }
            }
            begin.await();
          }
        });
    assertEquals(0, notHeld.get());
  }

  /** A reader stands in no other's way, not even for the moment in which it comes or goes. */
  @ParameterizedTest
  @ValueSource(strings = {"ofd", "flock", "posix", "memory"})
  void readersThatOnlyTryAllComeIn(String kind) throws Exception {
    HostLock lock = kind(kind).at(directory.resolve("lock")).shared();
    AtomicInteger refused = new AtomicInteger();
    together(
        THREADS,
        _ -> {
          for (int i = 0; i < 5000; i++) {
            Optional<Held> held = lock.tryAcquire();
            refused.addAndGet(held.isPresent() ? 0 : 1);
            held.ifPresent(Held::close);
          }
        });
    assertEquals(0, refused.get());
    // A writer does.
    try (Held _ = lock.exclusive().acquire()) {
      assertTrue(lock.tryAcquire().isEmpty());
    }
  }

  @Test
  void anActionThatFailsKeepsNobodyFromLettingGo() throws Exception {
    Path file = directory.resolve("lock");
    HostLock lock = Locks.posix(file);
    Held held = lock.acquire();
    CountDownLatch others = new CountDownLatch(1);
    held.onLost(
        () -> {
          throw new IllegalArgumentException("an action of the program's that fails");
        });
    held.onLost(others::countDown);
    lose(file);
    assertThrows(LockLostException.class, held::ensureValid);
    // The other action is run all the same.
    others.await();
    held.close();
    try (Held next = lock.tryAcquire().orElseThrow()) {
      assertTrue(next.isOpen());
    }
  }

  @Test
  void anActionThatFailsWhileItIsLetGoLeavesNothingLocked() throws Exception {
    Path file = directory.resolve("lock");
    HostLock lock = Locks.posix(file);
    Held held = lock.acquire();
    held.onLost(
        () -> {
          throw new AssertionError("an action of the program's that fails");
        });
    lose(file);
    try {
      held.close();
    } catch (RuntimeException | AssertionError lost) {
      // Said to whoever closes it, or to the thread that noticed it first.
    }
    assertFalse(held.isOpen());
    try (Held next = lock.tryAcquire().orElseThrow()) {
      assertTrue(next.isOpen());
    }
  }

  /** Closing any descriptor of it makes the kernel drop what this process has locked of it. */
  private static void lose(Path file) throws IOException {
    FileChannel.open(file, StandardOpenOption.READ).close();
  }
}
