package dev.holdfast.locks.memory;

import dev.holdfast.libc.SharedMapping;
import dev.holdfast.libc.SharedWord;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A semaphore in {@link SharedMemory}. Each process counts its own permits; what is free is always
 * reckoned from those that live, so that no count can be wrong after a death.
 *
 * <p><b>Guarantees.</b> At no time are more permits out than there are.
 *
 * <p><b>Remaining races.</b> Whoever may write to the file can write anything into it.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class SharedSemaphore {
  private final SharedMemory memory;
  private final SharedMapping mapping;
  private final MemoryCell cell;
  private final long at;
  private final int permits;

  /** Guards the counts, for a few instructions at a time. Nothing it guards can be half done. */
  private final SharedMemoryLock guard;

  SharedSemaphore(SharedMemory memory, int cell, int permits) {
    if (permits <= 0) {
      throw new IllegalArgumentException("no permits");
    }
    this.memory = memory;
    this.mapping = memory.mapping();
    this.at = SharedMemory.offset(cell);
    this.permits = permits;
    this.cell = memory.cell(cell);
    this.guard = memory.lock(cell).repairedBy(() -> {});
    SharedWord agreed = mapping.word(at + MemoryCell.AGREED);
    if (!agreed.compareAndSet(0, permits) && agreed.get() != permits) {
      throw new IllegalArgumentException(
          this.cell.name() + " is a semaphore of " + agreed.get() + " permits, not " + permits);
    }
  }

  /** A permit that is held; closing it twice does nothing. */
  public static final class Permit implements AutoCloseable {
    private final SharedSemaphore semaphore;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Permit(SharedSemaphore semaphore) {
      this.semaphore = semaphore;
    }

    @Override
    public void close() {
      if (open.compareAndSet(true, false)) {
        semaphore.mapping.getAndAddInt(semaphore.mine(), -1);
        semaphore.cell.changed();
      }
    }
  }

  private long mine() {
    return at + MemoryCell.PERMITS + 4L * memory.slot();
  }

  /** Takes a permit if one is free now; empty if none is. */
  public Optional<Permit> tryAcquire() throws IOException {
    // Only who waits can be interrupted; the guard is let go after a few instructions.
    boolean interrupted = Thread.interrupted();
    try {
      for (; ; ) {
        try {
          return Optional.ofNullable(take(Deadline.PAST));
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

  /** Waits for a permit, at most so long; empty if none was free in time. */
  public Optional<Permit> tryAcquire(Duration timeout) throws IOException, InterruptedException {
    return Optional.ofNullable(take(Deadline.after(timeout)));
  }

  /** Waits for a permit. */
  public Permit acquire() throws IOException, InterruptedException {
    Permit permit = take(Deadline.NONE);
    if (permit == null) {
      throw new AssertionError("a wait without limit gave up");
    }
    return permit;
  }

  private @Nullable Permit take(Deadline deadline) throws IOException, InterruptedException {
    for (; ; ) {
      try (Held alone = guard.acquireBriefly()) {
        alone.ensureValid();
        if (available() > 0) {
          Permit permit = new Permit(this);
          mapping.getAndAddInt(mine(), 1);
          return permit;
        }
      }
      // Without the guard: to let go of it is a change, which would wake all that wait.
      while (!cell.outside.await(() -> available() > 0, deadline)) {
        if (deadline.passed()) {
          return null;
        }
      }
    }
  }

  /** How many are free now. */
  public int available() throws IOException {
    int taken = 0;
    for (int slot = 0; slot < SharedMemory.PROCESSES; slot++) {
      long count = at + MemoryCell.PERMITS + 4L * slot;
      int held = mapping.getInt(count);
      if (held == 0 || !memory.ifDead(slot, () -> mapping.setInt(count, 0))) {
        taken += held;
      }
    }
    return permits - taken;
  }
}
