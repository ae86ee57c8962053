package dev.holdfast.libc;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

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

  private final long address;
  private final long size;

  private SharedMapping(long address, long size) {
    this.address = address;
    this.size = size;
  }

  /** {@code mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)}. */
  public static Result<SharedMapping> mmap(int fd, long size) {
    try (Scratch scratch = Scratch.open()) {
      SyscallResult result =
          Kernel.call(scratch, Sysno.MMAP, 0, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      return result.ok()
          ? Result.of(new SharedMapping(result.raw(), size))
          : Result.failure(result.errno());
    }
  }

  /** The address of what lies wholly in the mapping. */
  private long at(long offset, int length) {
    return address + Objects.checkIndex(offset, size - length + 1);
  }

  public int getInt(long offset) {
    return (int) INT.getVolatile(Memory.ALL, at(offset, Integer.BYTES));
  }

  public void setInt(long offset, int value) {
    INT.setVolatile(Memory.ALL, at(offset, Integer.BYTES), value);
  }

  public int getAndAddInt(long offset, int delta) {
    return (int) INT.getAndAdd(Memory.ALL, at(offset, Integer.BYTES), delta);
  }

  /** Eight bytes that are used often. */
  public SharedWord word(long offset) {
    long at = at(offset, Long.BYTES);
    if (at % Long.BYTES != 0) {
      throw new IllegalArgumentException("not aligned: " + offset);
    }
    return new SharedWord(at);
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
      long word = at(offset, Integer.BYTES);
      return Kernel.call(scratch, Sysno.FUTEX, word, FUTEX_WAIT, expected, time, 0, 0);
    }
  }

  /** {@code futex(word, FUTEX_WAKE, most)}: answers how many were woken. */
  public SyscallResult futexWake(long offset, int most) {
    return Kernel.call(Sysno.FUTEX, at(offset, Integer.BYTES), FUTEX_WAKE, most);
  }
}
