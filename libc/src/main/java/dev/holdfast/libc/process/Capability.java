package dev.holdfast.libc.process;

import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;

/** {@code <linux/capability.h>}: what the calling kernel thread may do, capabilities(7). */
public final class Capability {
  public static final int CAP_CHOWN = 0;
  public static final int CAP_DAC_OVERRIDE = 1;
  public static final int CAP_DAC_READ_SEARCH = 2;
  public static final int CAP_FOWNER = 3;
  public static final int CAP_FSETID = 4;
  public static final int CAP_LINUX_IMMUTABLE = 9;
  public static final int CAP_MKNOD = 27;
  public static final int CAP_LEASE = 28;
  public static final int CAP_MAC_OVERRIDE = 32;

  private static final int VERSION_3 = 0x20080522;

  private Capability() {}

  /**
   * The three sets, one bit for each capability.
   *
   * @param effective what counts now
   * @param permitted what it may make effective
   * @param inheritable what execve(2) may pass on
   */
  public record Sets(long effective, long permitted, long inheritable) {}

  /** {@code int capget(cap_user_header_t, cap_user_data_t)}, capget(2), of this thread. */
  public static Result<Sets> capget() {
    try (Scratch scratch = Scratch.open()) {
      long header = scratch.allocateZeroed(8);
      Memory.putInt(header, VERSION_3);
      long data = scratch.allocateZeroed(24);
      SyscallResult result = Kernel.call(scratch, Sysno.CAPGET, header, data, 0);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      return Result.of(new Sets(bits(data), bits(data + 4), bits(data + 8)));
    }
  }

  private static long bits(long at) {
    return (Memory.getInt(at) & 0xffffffffL) | (Memory.getInt(at + 12) & 0xffffffffL) << 32;
  }
}
