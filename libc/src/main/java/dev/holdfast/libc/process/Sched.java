package dev.holdfast.libc.process;

import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import java.util.BitSet;

/** {@code <sched.h>}: on which processors the calling kernel thread may run. */
public final class Sched {
  /** Room for 8192 processors, more than any kernel is built for. */
  private static final int MASK_BYTES = 1024;

  private Sched() {}

  /** {@code int sched_getaffinity(0, size_t size, cpu_set_t *mask)}, sched_setaffinity(2). */
  public static Result<BitSet> sched_getaffinity() {
    try (Scratch scratch = Scratch.open()) {
      long mask = scratch.allocateZeroed(MASK_BYTES);
      SyscallResult got = Kernel.call(scratch, Sysno.SCHED_GETAFFINITY, 0, MASK_BYTES, mask);
      if (got.failed()) {
        return Result.failure(got.errno());
      }
      byte[] bytes = new byte[got.intValue()];
      Memory.copyOut(mask, bytes, 0, bytes.length);
      return Result.of(BitSet.valueOf(bytes));
    }
  }

  /**
   * {@code int sched_setaffinity(0, size_t size, const cpu_set_t *mask)}, with one processor: for
   * the calling kernel thread, and for what it starts from now on.
   */
  public static SyscallResult sched_setaffinity(int processor) {
    BitSet one = new BitSet();
    one.set(processor);
    byte[] bytes = one.toByteArray();
    try (Scratch scratch = Scratch.open()) {
      long mask = scratch.allocateZeroed(MASK_BYTES);
      Memory.copyIn(bytes, 0, mask, bytes.length);
      return Kernel.call(scratch, Sysno.SCHED_SETAFFINITY, 0, MASK_BYTES, mask);
    }
  }
}
