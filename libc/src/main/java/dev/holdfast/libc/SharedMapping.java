package dev.holdfast.libc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code <sys/mman.h>} and {@code <linux/futex.h>}: a file mapped shared, its words changed
 * atomically, and waiting for a word to change, mmap(2), futex(2).
 *
 * <p>The file must not become shorter while it is mapped: an access beyond its end is a SIGBUS. It
 * stays mapped until the process ends: an unmapping under a thread that is in here could not be
 * survived.
 */
public final class SharedMapping {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment memory;

  private SharedMapping(MemorySegment memory) {
    this.memory = memory;
  }

  /** {@code mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)}. */
  public static Result<SharedMapping> mmap(int fd, long size) {
    try (Scratch scratch = Scratch.open()) {
      SyscallResult result =
          Kernel.call(scratch, Sysno.MMAP, 0, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      return result.ok()
          ? Result.of(new SharedMapping(MemorySegment.ofAddress(result.raw()).reinterpret(size)))
          : Result.failure(result.errno());
    }
  }

  public long size() {
    return memory.byteSize();
  }

  public int getInt(long offset) {
    return (int) INT.getVolatile(memory, offset);
  }

  public void setInt(long offset, int value) {
    INT.setVolatile(memory, offset, value);
  }

  public int getAndAddInt(long offset, int delta) {
    return (int) INT.getAndAdd(memory, offset, delta);
  }

  public long getLong(long offset) {
    return (long) LONG.getVolatile(memory, offset);
  }

  public void setLong(long offset, long value) {
    LONG.setVolatile(memory, offset, value);
  }

  public long getAndAddLong(long offset, long delta) {
    return (long) LONG.getAndAdd(memory, offset, delta);
  }

  public boolean compareAndSetLong(long offset, long expected, long value) {
    return LONG.compareAndSet(memory, offset, expected, value);
  }

  /**
   * {@code futex(word, FUTEX_WAIT, expected, timeout)}, between processes. Blocks, deaf to {@link
   * Thread#interrupt}: it must not run on a virtual thread.
   *
   * <p>Callers act on: {@code EAGAIN} (the word is another already), {@code ETIMEDOUT}, {@code
   * EINTR}. It may also succeed without reason.
   */
  public SyscallResult futexWait(long offset, int expected, long timeoutNanos) {
    try (Scratch scratch = Scratch.open()) {
      long time = scratch.allocate(16);
      Memory.putLong(time, timeoutNanos / 1_000_000_000);
      Memory.putLong(time + 8, timeoutNanos % 1_000_000_000);
      long word = memory.asSlice(offset, 4).address();
      return Kernel.call(scratch, Sysno.FUTEX, word, FUTEX_WAIT, expected, time, 0, 0);
    }
  }

  /** {@code futex(word, FUTEX_WAKE, most)}: answers how many were woken. */
  public SyscallResult futexWake(long offset, int most) {
    return Kernel.call(Sysno.FUTEX, memory.asSlice(offset, 4).address(), FUTEX_WAKE, most);
  }
}
