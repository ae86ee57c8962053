package dev.holdfast.path.make;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallResult;
import java.util.function.Supplier;

/**
 * {@code EINTR} in one piece of work: the call is made again, a bounded number of times in a row.
 * Only for calls that may be made twice. Threads: one at a time.
 */
public final class Interruptions {
  private static final int MAX = 1000;

  private int inARow;

  /** True if a signal interrupted the call, and it is to be made again. */
  public boolean again(SyscallResult result) {
    if (!result.is(Errno.EINTR)) {
      inARow = 0;
      return false;
    }
    return ++inARow <= MAX;
  }

  public static SyscallResult retry(Supplier<SyscallResult> call) {
    Interruptions interruptions = new Interruptions();
    SyscallResult result = call.get();
    while (interruptions.again(result)) {
      result = call.get();
    }
    return result;
  }
}
