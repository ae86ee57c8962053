package dev.holdfast.locks.memory;

import dev.holdfast.libc.SharedWord;

/**
 * A number in shared memory that processes and threads count with, without losing a step (L01). It
 * needs no recovery: each change happens in one instruction.
 */
public final class SharedCounter {
  private final SharedWord value;

  SharedCounter(SharedMemory memory, long cell) {
    this.value = memory.mapping().word(cell + MemoryCell.VALUE);
  }

  public long get() {
    return value.get();
  }

  public void set(long number) {
    value.set(number);
  }

  /** Adds, and answers the sum. */
  public long addAndGet(long delta) {
    return value.getAndAdd(delta) + delta;
  }

  public long incrementAndGet() {
    return addAndGet(1);
  }

  public boolean compareAndSet(long expected, long number) {
    return value.compareAndSet(expected, number);
  }
}
