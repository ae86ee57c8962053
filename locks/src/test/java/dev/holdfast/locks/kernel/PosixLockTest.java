package dev.holdfast.locks.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.process.Upkeep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PosixLockTest extends KernelLockContract {
  @Override
  protected Kind kind() {
    return Kinds.POSIX;
  }

  /** The negative control of the same test with OFD locks: here the kernel drops the lock (L10). */
  @Test
  void anotherOpenAndCloseOfTheFileLosesItAndIsNoticed() throws IOException {
    String name = newName();
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      held.ensureValid();
      openAndCloseElsewhere(name);
      assertThrows(LockLostException.class, held::ensureValid);
      assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
      peer.release(name);
    }
  }

  @Test
  void ourOwnDescriptorsDoNotLoseIt() throws IOException {
    String name = newName();
    Path path = directory.resolve(name);
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      try (Held flock = Locks.flock(path).tryAcquire().orElseThrow()) {
        assertTrue(flock.token() > 0);
      }
      // Another object finds the same slot; the descriptor it opened is not needed.
      assertTrue(open(name).tryAcquire().isEmpty());
      Slots.retireUnusedSince(Upkeep.epoch);
      held.ensureValid();
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
    }
  }

  /** Each look opens the file once more and closes it, just when another thread gets the lock. */
  @Test
  void whatOneThreadClosesDoesNotLoseTheLockThatAnotherJustGot() throws Exception {
    String name = newName();
    List<Callable<Integer>> threads = Collections.nCopies(4, () -> acquireOftenAndCheck(name));
    try (ExecutorService pool = Executors.newFixedThreadPool(threads.size())) {
      int acquired = 0;
      for (Future<Integer> thread : pool.invokeAll(threads)) {
        acquired += thread.get();
      }
      assertTrue(acquired > 0);
    }
  }

  private int acquireOftenAndCheck(String name) throws IOException {
    int acquired = 0;
    for (int i = 0; i < 5_000; i++) {
      Optional<Held> granted = open(name).tryAcquire();
      if (granted.isPresent()) {
        try (Held held = granted.get()) {
          held.ensureValid();
          acquired++;
        }
      }
    }
    return acquired;
  }

  @Test
  void sharedRangesThatOverlapAreUnlockedOneByOne() throws IOException {
    Path path = directory.resolve(newName());
    String name = path.getFileName().toString();
    Held low = Locks.posix(path).range(0, 10).shared().tryAcquire().orElseThrow();
    try (Held both = Locks.posix(path).range(5, 10).shared().tryAcquire().orElseThrow()) {
      low.close();
      both.ensureValid();
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
    }
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    peer.release(name);
  }

  @Test
  void rangesExcludeWhereTheyOverlap() throws IOException {
    Path path = directory.resolve(newName());
    try (Held low = Locks.posix(path).range(0, 10).tryAcquire().orElseThrow();
        Held high = Locks.posix(path).range(10, 0).tryAcquire().orElseThrow()) {
      assertTrue(Locks.posix(path).range(5, 10).tryAcquire().isEmpty());
      assertTrue(Locks.posix(path).tryAcquire().isEmpty());
      assertTrue(low.isOpen() && high.isOpen());
    }
    assertTrue(isFree(Locks.posix(path)));
  }
}
