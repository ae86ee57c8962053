package dev.holdfast.libc.process;

import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;

/** {@code <sys/resource.h>}: limits of this process. */
public final class Rlimit {
  /** One more than the highest descriptor that can be opened. */
  public static final int RLIMIT_NOFILE = 7;

  private static final long SIZE = 16;

  private Rlimit() {}

  /**
   * The soft limit: {@code prlimit64(0, resource, NULL, &old)}, prlimit(2), Linux 2.6.36. {@code
   * Long.MAX_VALUE} for no limit.
   */
  public static Result<Long> get(int resource) {
    try (Scratch scratch = Scratch.open()) {
      long old = scratch.allocate(SIZE);
      SyscallResult result = Kernel.call(scratch, Sysno.PRLIMIT64, 0, resource, 0, old, 0, 0);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      long soft = Memory.getLong(old);
      return Result.of(soft < 0 ? Long.MAX_VALUE : soft);
    }
  }
}
