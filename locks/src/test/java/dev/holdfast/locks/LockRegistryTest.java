package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.process.Slots;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class LockRegistryTest {
  private @TempDir Path directory;

  @Test
  void equalKeysAreOneLock() throws Exception {
    LockRegistry registry = Locks.in(directory);
    try (Held held = registry.of("a").acquire()) {
      assertTrue(Locks.in(directory).of("a").tryAcquire().isEmpty());
      assertEquals(held.lock().key(), Locks.in(directory).of("a").key());
      // The control: another key is another lock.
      assertNotEquals(held.lock().key(), registry.of("b").key());
      registry.of("b").tryAcquire().orElseThrow().close();
      assertThrows(LockReentryException.class, () -> registry.of("a").acquire());
    }
    registry.of("a").acquire().close();
  }

  @Test
  @SuppressWarnings("try") // it is closed in the middle of it all
  void anotherProcessIsExcluded() throws Exception {
    HostLock ours = Locks.in(directory).of("order 4711");
    Peer peer = Peer.start();
    try (Held held = ours.acquire()) {
      held.ensureValid();
      // A peer that wants all of the file wants this key too.
      assertEquals(
          "busy", peer.tryAcquire(Kinds.OFD, directory, LockRegistry.FILE, Mode.EXCLUSIVE));
      held.close();
      assertTrue(
          peer.tryAcquire(Kinds.OFD, directory, LockRegistry.FILE, Mode.EXCLUSIVE)
              .startsWith("granted"));
      Outcome.TimedOut late =
          assertInstanceOf(Outcome.TimedOut.class, ours.attempt(Duration.ofMillis(20)));
      assertTrue(late.toString().contains("order 4711"), late::toString);
      peer.release(LockRegistry.FILE);
    } finally {
      peer.close();
    }
  }

  @Test
  void tokensGrowOverAllKeys() throws Exception {
    long last = 0;
    for (String key : List.of("a", "b", "a", "c", "a")) {
      try (Held held = Locks.in(directory).of(key).acquire()) {
        assertTrue(held.token() > last);
        last = held.token();
        assertEquals(last, held.token());
      }
    }
    try (Held held = Locks.in(directory).of("a").shared().acquire()) {
      assertEquals(last, held.token());
      assertTrue(held.tryUpgrade());
      assertTrue(held.token() > last);
    }
  }

  /** What Spring's registries and their like do: a lock object for each key and each use. */
  @Test
  void nothingIsLeftOfAKey() throws Exception {
    LockRegistry registry = Locks.in(directory);
    List<WeakReference<Key>> keys = new ArrayList<>();
    // A thread remembers the last few that it locked: as many as it ever had at a time, and this
    // one may have had many in another test.
    try (ExecutorService another = Executors.newSingleThreadExecutor()) {
      another.submit(() -> lockEach(registry, keys, 300)).get();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(LockRegistry.FILE), files.map(f -> f.getFileName().toString()).toList());
    }
    Slots.makeRoom();
    while (keys.stream().filter(key -> key.get() != null).count() > 8) {
      System.gc();
      Thread.sleep(10);
    }
  }

  @SuppressWarnings("LockNotBeforeTry") // what they do is what is tested
  private static int lockEach(LockRegistry registry, List<WeakReference<Key>> keys, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      Lock lock = registry.of("key " + i).asJavaLock();
      lock.lock();
      registry.of("key " + i).asReadWriteLock().writeLock().lock();
      registry.of("key " + i).asJavaLock().unlock();
      keys.add(new WeakReference<>(registry.of("key " + i).key()));
      lock.unlock();
    }
    return count;
  }

  /** What it costs to ask for one more does not grow with the square of what is held. */
  @Test
  void aThreadMayHoldThousands() throws Exception {
    LockRegistry registry = Locks.in(directory);
    List<Held> held = new ArrayList<>();
    try {
      for (int i = 0; i < 4000; i++) {
        held.add(registry.of("key " + i).acquire());
      }
      assertTrue(registry.of("key 0").tryAcquire().isEmpty());
      assertThrows(LockReentryException.class, () -> registry.of("key 3999").acquire());
      registry.of("key 4000").tryAcquire().orElseThrow().close();
    } finally {
      held.forEach(Held::close);
    }
    registry.of("key 0").tryAcquire().orElseThrow().close();
  }

  @Test
  void permissionsAreOctal() {
    HostLock lock = Locks.in(directory).of("a");
    for (int mistaken : new int[] {600, 640, 644, 660, 666, 04755, -1}) {
      assertThrows(IllegalArgumentException.class, () -> lock.permissions(mistaken));
    }
    assertEquals(lock.name(), lock.permissions(0660).name());
  }

  @Test
  void itKeepsToTheRulesOfItsKind() throws Exception {
    HostLock lock = Locks.in(directory).of("a");
    assertFalse(lock.capabilities().contains(Capability.RANGES));
    assertThrows(UnsupportedOperationException.class, () -> lock.range(0, 1));
    try (Held one = lock.shared().acquire();
        Held two = lock.shared().fair().acquire()) {
      assertEquals(List.of(Mode.SHARED, Mode.SHARED), List.of(one.mode(), two.mode()));
      assertTrue(lock.tryAcquire().isEmpty());
    }
    try (HeldSet both = Locks.all(lock, Locks.in(directory).of("b")).acquire()) {
      both.ensureValid();
    }
  }
}
