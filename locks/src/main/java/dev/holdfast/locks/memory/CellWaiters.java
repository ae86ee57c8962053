package dev.holdfast.locks.memory;

import dev.holdfast.libc.SharedMapping;
import dev.holdfast.libc.SharedWord;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;

/**
 * Who waits for a change in a cell of {@link SharedMemory}, in whatever process: a bit for each
 * process of which a thread waits, and a futex. Who changes something makes no call while nobody
 * waits.
 *
 * <p>A wake-up cannot be missed: a waiter first sets its bit, then looks once more; who changes
 * something does that first, and then looks for bits. One of the two sees the other.
 */
final class CellWaiters {
  /** How long one sleeps before one asks again whether the holder has died. Tests change it. */
  static volatile long longestSleepNanos = 20_000_000;

  /** Offsets in the cell. */
  private static final int SEQUENCE = 8;

  private static final int WAITING = 32;

  private final SharedMemory memory;
  private final SharedMapping mapping;
  private final long sequence;
  private final SharedWord waiting;

  /** How many threads of this process wait. */
  private int ours;

  CellWaiters(SharedMemory memory, long cell) {
    this.memory = memory;
    this.mapping = memory.mapping();
    this.sequence = cell + SEQUENCE;
    this.waiting = mapping.word(cell + WAITING);
  }

  /** What is tried once more before one waits. */
  interface Attempt {
    boolean succeeds() throws IOException;
  }

  /**
   * Waits until something changes after the attempt has failed, but not for long.
   *
   * @return true if the attempt succeeded
   */
  boolean await(Attempt attempt, Deadline deadline) throws IOException, InterruptedException {
    enter();
    try {
      int seen = mapping.getInt(sequence);
      if (attempt.succeeds()) {
        return true;
      }
      if (!deadline.passed()) {
        sleep(seen, Math.min(longestSleepNanos, deadline.left()));
      }
      return false;
    } finally {
      leave();
    }
  }

  private void sleep(int seen, long nanos) throws InterruptedException {
    if (KernelWait.available()) {
      long limit = Math.max(1, nanos);
      SyscallResult waited =
          KernelWait.await(() -> mapping.futexWait(sequence, seen, limit), Deadline.NONE);
      if (waited != null) {
        return;
      }
    }
    new Backoff(200_000, 5_000_000).pause(Deadline.NONE.within(nanos));
  }

  private synchronized void enter() {
    if (ours++ == 0) {
      mark(memory.slot(), true);
    }
  }

  private synchronized void leave() {
    if (--ours == 0) {
      mark(memory.slot(), false);
    }
  }

  private void mark(int slot, boolean waits) {
    for (; ; ) {
      long now = waiting.get();
      long after = waits ? now | 1L << slot : now & ~(1L << slot);
      if (waiting.compareAndSet(now, after)) {
        return;
      }
    }
  }

  /** Something was changed. */
  void wake() {
    if (waiting.get() != 0) {
      wakeAll();
    }
  }

  private void wakeAll() {
    mapping.getAndAddInt(sequence, 1);
    SyscallResult woken = mapping.futexWake(sequence, Integer.MAX_VALUE);
    if (woken.raw() == 0) {
      forgetTheDead();
    }
  }

  /** A waiter that was killed left its bit, for which every change would make a call. */
  private void forgetTheDead() {
    try {
      for (long bits = waiting.get(); bits != 0; bits &= bits - 1) {
        int slot = Long.numberOfTrailingZeros(bits);
        memory.ifDead(slot, () -> forget(slot));
      }
    } catch (IOException e) {
      // The bits stay: only time is lost.
    }
  }

  /** Takes out what the last owner of a slot left. */
  void forget(int dead) {
    mark(dead, false);
  }
}
