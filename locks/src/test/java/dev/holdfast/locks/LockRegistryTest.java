package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.process.Slots;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  @SuppressWarnings("LockNotBeforeTry") // what they do is what is tested
  void nothingIsLeftOfAKey() throws Exception {
    LockRegistry registry = Locks.in(directory);
    List<WeakReference<Key>> keys = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Lock lock = registry.of("key " + i).asJavaLock();
      lock.lock();
      registry.of("key " + i).asReadWriteLock().writeLock().lock();
      registry.of("key " + i).asJavaLock().unlock();
      keys.add(new WeakReference<>(registry.of("key " + i).key()));
      lock.unlock();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(LockRegistry.FILE), files.map(f -> f.getFileName().toString()).toList());
    }
    Slots.makeRoom();
    // A thread remembers the last few that it locked.
    while (keys.stream().filter(key -> key.get() != null).count() > 8) {
      System.gc();
      Thread.sleep(10);
    }
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
