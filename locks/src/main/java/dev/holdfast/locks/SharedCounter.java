package dev.holdfast.locks;

import dev.holdfast.libc.SharedMapping;

/**
 * A number in shared memory that processes and threads count with, without losing a step (L01). It
 * needs no recovery: each change happens in one instruction.
 */
public final class SharedCounter {
  private final SharedMapping mapping;
  private final long at;

  SharedCounter(SharedMemory memory, long cell) {
    this.mapping = memory.mapping();
    this.at = cell + SharedMemory.VALUE;
  }

  public long get() {
    return mapping.getLong(at);
  }

  public void set(long value) {
    mapping.setLong(at, value);
  }

  /** Adds, and answers the sum. */
  public long addAndGet(long delta) {
    return mapping.getAndAddLong(at, delta) + delta;
  }

  public long incrementAndGet() {
    return addAndGet(1);
  }

  public boolean compareAndSet(long expected, long value) {
    return mapping.compareAndSetLong(at, expected, value);
  }
}
