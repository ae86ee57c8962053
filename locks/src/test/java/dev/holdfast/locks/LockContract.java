package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What every kind of lock does. What a kind lacks, it must say so. */
public abstract class LockContract extends LockWaitContract {
  @Test
  void isTakenAndLetGo() throws IOException {
    HostLock lock = open(newName());
    Held held = lock.tryAcquire().orElseThrow();
    assertTrue(held.isOpen());
    assertEquals(Mode.EXCLUSIVE, held.mode());
    held.ensureValid();
    held.close();
    held.close();
    assertFalse(held.isOpen());
    assertTrue(isFree(lock));
  }

  @Test
  void whatIsDoneUnderItEndsWithIt() throws Exception {
    HostLock lock = open(newName());
    int done = lock.withLock(LONG, held -> lock.tryAcquire().isPresent() || !held.isOpen() ? 1 : 2);
    assertEquals(2, done);
    assertTrue(isFree(lock));
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                lock.withLock(
                    LONG,
                    _ -> {
                      throw new IllegalStateException("undone");
                    }));
    assertEquals("undone", thrown.getMessage());
    assertTrue(isFree(lock));
  }

  @Test
  void aClosedHoldingAnswersNothing() throws IOException {
    Held held = open(newName()).tryAcquire().orElseThrow();
    held.close();
    assertThrows(IllegalStateException.class, held::ensureValid);
    assertThrows(IllegalStateException.class, held::token);
  }

  @Test
  void closingTwiceDoesNotLetGoOfTheNext() throws IOException {
    HostLock lock = open(newName());
    Held first = lock.tryAcquire().orElseThrow();
    first.close();
    try (Held second = lock.tryAcquire().orElseThrow()) {
      first.close();
      assertTrue(second.isOpen());
      assertTrue(lock.tryAcquire().isEmpty());
    }
  }

  @Test
  void excludesAnotherLockObjectOfTheSameName() throws IOException {
    String name = newName();
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      assertTrue(open(name).tryAcquire().isEmpty());
      held.ensureValid();
    }
    assertTrue(isFree(open(name)));
  }

  @Test
  void excludesAnotherProcess() throws IOException {
    String name = newName();
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
      held.ensureValid();
    }
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    assertTrue(open(name).tryAcquire().isEmpty());
    assertEquals("released", peer.release(name));
    assertTrue(isFree(open(name)));
  }

  @Test
  void tokensGrow() throws IOException {
    String name = newName();
    long last = 0;
    for (int i = 0; i < 5; i++) {
      try (Held held = open(name).tryAcquire().orElseThrow()) {
        assertTrue(held.token() > last, held.token() + " after " + last);
        last = held.token();
        assertEquals(last, held.token());
      }
      String answer = peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE);
      assertTrue(answer.startsWith("granted "), answer);
      long theirs = Long.parseLong(answer.substring("granted ".length()));
      assertTrue(theirs > last, theirs + " after " + last);
      last = theirs;
      peer.release(name);
    }
  }

  @Test
  void askingAgainNamesBothPlaces() throws IOException {
    HostLock lock = open(newName());
    try (Held held = lock.tryAcquire().orElseThrow()) {
      LockReentryException refused =
          assertThrows(LockReentryException.class, () -> lock.acquire(LONG));
      String said = refused.getMessage();
      assertEquals(2, said.split("askingAgainNamesBothPlaces", -1).length - 1, said);
      assertTrue(held.isOpen());
    }
    assertTrue(isFree(lock));
  }

  @Test
  void whatWasDetachedStaysSoWhenItsModeChanges() throws Exception {
    if (!can(Capability.CONVERT)) {
      return;
    }
    HostLock lock = open(newName());
    try (Held held = lock.shared().acquire(LONG).detach()) {
      assertTrue(held.tryUpgrade());
      // Nobody answers for it: this waits, as for another's.
      assertTrue(lock.tryAcquire(SHORT).isEmpty());
      held.downgrade();
      assertTrue(lock.tryAcquire(SHORT).isEmpty());
    }
    try (Held held = lock.shared().acquire(LONG)) {
      assertTrue(held.tryUpgrade());
      assertThrows(LockReentryException.class, () -> lock.tryAcquire(SHORT));
    }
  }

  @Test
  @SuppressWarnings("LockNotBeforeTry") // what they do is what is tested
  void javaLocksOfOneLockAreOne() throws Exception {
    String name = newName();
    open(name).asJavaLock().lock();
    open(name).asJavaLock().lock();
    open(name).asJavaLock().unlock();
    assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
    open(name).asJavaLock().unlock();
    assertThrows(IllegalMonitorStateException.class, () -> open(name).asJavaLock().unlock());
    assertTrue(open(name).asJavaLock().tryLock(Long.MAX_VALUE, TimeUnit.DAYS));
    assertTrue(open(name).asJavaLock().tryLock(Long.MIN_VALUE, TimeUnit.DAYS));
    open(name).asJavaLock().unlock();
    open(name).asJavaLock().unlock();
    assertTrue(isFree(open(name)));
  }

  @Test
  @SuppressWarnings("LockNotBeforeTry") // what they do is what is tested
  void asAReadWriteLockItGoesFromWritingToReading() throws Exception {
    String name = newName();
    if (!can(Capability.SHARED)) {
      assertThrows(UnsupportedOperationException.class, () -> open(name).asReadWriteLock());
      return;
    }
    java.util.concurrent.locks.ReadWriteLock lock = open(name).asReadWriteLock();
    lock.writeLock().lock();
    lock.readLock().lock();
    assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.SHARED));
    lock.writeLock().unlock();
    String reader = peer.tryAcquire(kind(), directory, name, Mode.SHARED);
    if (can(Capability.CONVERT)) {
      assertTrue(reader.startsWith("granted"), reader);
      peer.release(name);
    } else {
      assertEquals("busy", reader);
    }
    assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
    assertThrows(IllegalMonitorStateException.class, () -> lock.writeLock().unlock());
    // What does not wait is told that it is busy; who would wait, that it waits for itself.
    if (can(Capability.CONVERT)) {
      assertFalse(lock.writeLock().tryLock());
      assertFalse(lock.writeLock().tryLock(0, TimeUnit.SECONDS));
      assertThrows(LockReentryException.class, () -> lock.writeLock().lock());
    }
    lock.readLock().unlock();
    assertTrue(isFree(open(name)));
  }

  @Test
  void aReentrantViewMayAskAgain() throws Exception {
    HostLock lock = open(newName());
    HostLock again = lock.reentrant();
    try (Held outer = again.acquire(LONG)) {
      try (Held inner = again.acquire(LONG)) {
        assertEquals(outer.token(), inner.token());
      }
      assertTrue(outer.isOpen());
      CompletableFuture<Boolean> other = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  other.complete(again.tryAcquire().isPresent());
                } catch (IOException e) {
                  other.completeExceptionally(e);
                }
              });
      assertFalse(other.get(30, TimeUnit.SECONDS));
    }
    assertTrue(isFree(lock));
  }

  @Test
  void asAJavaLockItExcludesOtherThreads() throws Exception {
    java.util.concurrent.locks.Lock lock = open(newName()).asJavaLock();
    int[] counter = {0};
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 25; n++) {
                    lock.lock();
                    try {
                      countAgain(lock, counter);
                    } finally {
                      lock.unlock();
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(100, counter[0]);
    assertThrows(IllegalMonitorStateException.class, lock::unlock);
  }

  private static void countAgain(java.util.concurrent.locks.Lock lock, int[] counter) {
    lock.lock();
    try {
      counter[0]++;
    } finally {
      lock.unlock();
    }
  }

  @Test
  void anotherThreadMayLetGo() throws Exception {
    HostLock lock = open(newName());
    Held held = lock.acquire(LONG);
    Thread closer = Thread.ofVirtual().start(held::close);
    closer.join();
    try (Held next = lock.acquire(LONG)) {
      assertTrue(next.isOpen());
    }
  }

  @Test
  void afterDetachingItMayBeAskedForAgain() throws Exception {
    HostLock lock = open(newName());
    Held held = lock.acquire(LONG).detach();
    assertInstanceOf(Outcome.TimedOut.class, lock.attempt(SHORT));
    held.close();
    assertTrue(isFree(lock));
  }

  @Test
  void isFreeWhenItsHolderWasKilled() throws Exception {
    if (!can(Capability.SURVIVES_KILL)) {
      assertNotEquals(Contract.KERNEL_HELD, open("unused").contract());
      return;
    }
    String name = newName();
    Peer victim = Peer.start();
    try {
      assertTrue(victim.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
      assertTrue(open(name).tryAcquire().isEmpty());
      CountDownLatch asks = new CountDownLatch(1);
      CompletableFuture<Boolean> waiter =
          CompletableFuture.supplyAsync(
              () -> {
                asks.countDown();
                try (Held held = open(name).acquire(LONG)) {
                  return held.isOpen();
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      asks.await();
      assertThrows(
          TimeoutException.class, () -> waiter.get(SHORT.toMillis(), TimeUnit.MILLISECONDS));
      victim.kill();
      assertTrue(waiter.get(30, TimeUnit.SECONDS));
    } finally {
      victim.kill();
    }
  }

  // --- shared ---

  @Test
  void readersShareAndKeepWritersOut() throws IOException {
    String name = newName();
    HostLock lock = open(name);
    if (!can(Capability.SHARED)) {
      assertThrows(UnsupportedOperationException.class, lock::shared);
      return;
    }
    Held two = lock.shared().tryAcquire().orElseThrow();
    try (Held one = lock.shared().tryAcquire().orElseThrow()) {
      assertEquals(Mode.SHARED, one.mode());
      assertTrue(peer.tryAcquire(kind(), directory, name, Mode.SHARED).startsWith("granted"));
      peer.release(name);
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
      assertTrue(lock.exclusive().tryAcquire().isEmpty());
      two.close();
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
      assertTrue(one.isOpen());
    }
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    assertTrue(lock.shared().tryAcquire().isEmpty());
    peer.release(name);
  }

  // --- change of mode ---

  @Test
  void changesItsModeWithoutAGap() throws IOException {
    String name = newName();
    HostLock lock = open(name);
    try (Held held = lock.tryAcquire().orElseThrow()) {
      if (!can(Capability.CONVERT)) {
        assertThrows(UnsupportedOperationException.class, held::downgrade);
        assertThrows(UnsupportedOperationException.class, held::tryUpgrade);
        assertTrue(held.isOpen());
        return;
      }
      held.downgrade();
      assertEquals(Mode.SHARED, held.mode());
      assertTrue(peer.tryAcquire(kind(), directory, name, Mode.SHARED).startsWith("granted"));
      assertFalse(held.tryUpgrade(), "another reader is in the way");
      assertEquals(Mode.SHARED, held.mode());
      assertEquals("released", peer.release(name));
      assertTrue(held.tryUpgrade());
      assertEquals(Mode.EXCLUSIVE, held.mode());
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.SHARED));
      held.downgrade();
      try (Held second = lock.shared().tryAcquire().orElseThrow()) {
        assertFalse(held.tryUpgrade(), "another reader of this process is in the way");
        assertTrue(second.isOpen());
      }
    }
    assertTrue(isFree(lock));
  }
}
