package dev.holdfast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** A {@link HostLock} as {@code java.util.concurrent} knows it. */
final class JavaLock implements java.util.concurrent.locks.Lock {
  private final HostLock lock;
  private final ThreadLocal<Deque<Held>> mine = ThreadLocal.withInitial(ArrayDeque::new);

  JavaLock(HostLock reentrant) {
    this.lock = reentrant;
  }

  @Override
  public void lock() {
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          lockInterruptibly();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    try {
      mine.get().push(lock.acquire());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean tryLock() {
    try {
      Optional<Held> held = lock.tryAcquire();
      held.ifPresent(mine.get()::push);
      return held.isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    try {
      if (lock.attempt(Duration.of(time, unit.toChronoUnit()))
          instanceof Outcome.Acquired(Held h)) {
        mine.get().push(h);
        return true;
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void unlock() {
    Held held = mine.get().poll();
    if (held == null) {
      throw new IllegalMonitorStateException(lock.name() + " is not held by this thread");
    }
    held.close();
  }

  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException("a lock between processes has no conditions");
  }
}
