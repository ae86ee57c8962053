package dev.holdfast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/** A {@link HostLock} as {@code java.util.concurrent} knows it. Objects of one lock are one. */
final class JavaLock implements Lock {
  private final HostLock lock;

  JavaLock(HostLock reentrant) {
    this.lock = reentrant;
  }

  /** Both modes of a lock. */
  record Pair(Lock readLock, Lock writeLock) implements ReadWriteLock {
    static Pair of(HostLock lock) {
      return new Pair(lock.shared().asJavaLock(), lock.exclusive().asJavaLock());
    }
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
      var _ = lock.acquire();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean tryLock() {
    try {
      return lock.tryAcquire().isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    try {
      // What does not fit into nanoseconds is cut to what does: some centuries.
      return lock.tryAcquire(Duration.ofNanos(unit.toNanos(time))).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void unlock() {
    Held held;
    try {
      held = ReentrantView.latest(lock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (held == null) {
      throw new IllegalMonitorStateException(lock.name() + " is not held by this thread");
    }
    held.close();
  }

  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException("a lock between processes has no conditions");
  }

  @Override
  public String toString() {
    return lock.toString();
  }
}
