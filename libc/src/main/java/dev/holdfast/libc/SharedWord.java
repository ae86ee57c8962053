package dev.holdfast.libc;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Eight bytes of a {@link SharedMapping}, changed atomically between all processes that have it
 * mapped. Where they lie was checked when this was made, and they stay mapped.
 *
 * <p><b>Threads.</b> Safe for all: each access is as one to a volatile field.
 */
public final class SharedWord {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final long address;

  SharedWord(long address) {
    this.address = address;
  }

  public long get() {
    return (long) LONG.getVolatile(Memory.ALL, address);
  }

  public void set(long value) {
    LONG.setVolatile(Memory.ALL, address, value);
  }

  /** Adds, and answers what was there before. */
  public long getAndAdd(long delta) {
    return (long) LONG.getAndAdd(Memory.ALL, address, delta);
  }

  public boolean compareAndSet(long expected, long value) {
    return LONG.compareAndSet(Memory.ALL, address, expected, value);
  }
}
