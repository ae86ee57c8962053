package dev.holdfast.libc.process;

import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;

/**
 * Who the calling <em>kernel thread</em> is, credentials(7). The C library's wrappers change every
 * thread of the process; these change one. Never call the setters on a virtual thread: the carrier
 * would keep the identity. A thread started meanwhile inherits it.
 */
public final class Identity {
  /** In place of a uid or gid: leave it as it is. */
  public static final int KEEP = -1;

  private Identity() {}

  public static int getuid() {
    return (int) Kernel.call(Sysno.GETUID, 0, 0, 0).raw();
  }

  public static int geteuid() {
    return (int) Kernel.call(Sysno.GETEUID, 0, 0, 0).raw();
  }

  public static int getgid() {
    return (int) Kernel.call(Sysno.GETGID, 0, 0, 0).raw();
  }

  public static int getegid() {
    return (int) Kernel.call(Sysno.GETEGID, 0, 0, 0).raw();
  }

  /** {@code int getgroups(int size, gid_t list[])}, getgroups(2). */
  public static Result<int[]> getgroups() {
    try (Scratch scratch = Scratch.open()) {
      SyscallResult count = Kernel.call(scratch, Sysno.GETGROUPS, 0, 0, 0);
      if (count.failed()) {
        return Result.failure(count.errno());
      }
      long list = scratch.allocate(4L * Math.max(1, count.intValue()));
      SyscallResult got = Kernel.call(scratch, Sysno.GETGROUPS, count.raw(), list, 0);
      if (got.failed()) {
        return Result.failure(got.errno());
      }
      int[] groups = new int[got.intValue()];
      for (int i = 0; i < groups.length; i++) {
        groups[i] = Memory.getInt(list + 4L * i);
      }
      return Result.of(groups);
    }
  }

  /** {@code int setgroups(size_t size, const gid_t *list)}, this thread only. */
  public static SyscallResult setgroups(int... groups) {
    try (Scratch scratch = Scratch.open()) {
      long list = scratch.allocate(4L * Math.max(1, groups.length));
      for (int i = 0; i < groups.length; i++) {
        Memory.putInt(list + 4L * i, groups[i]);
      }
      return Kernel.call(scratch, Sysno.SETGROUPS, groups.length, list, 0);
    }
  }

  /** {@code int setresuid(uid_t real, uid_t effective, uid_t saved)}, this thread only. */
  public static SyscallResult setresuid(int real, int effective, int saved) {
    return Kernel.call(Sysno.SETRESUID, unsigned(real), unsigned(effective), unsigned(saved));
  }

  /** {@code int setresgid(gid_t real, gid_t effective, gid_t saved)}, this thread only. */
  public static SyscallResult setresgid(int real, int effective, int saved) {
    return Kernel.call(Sysno.SETRESGID, unsigned(real), unsigned(effective), unsigned(saved));
  }

  /**
   * {@code int setfsuid(uid_t fsuid)}, setfsuid(2), this thread only. The call reports no failure:
   * it answers the previous identity, so callers must ask again with {@link #KEEP} and compare.
   */
  public static int setfsuid(int uid) {
    return (int) Kernel.call(Sysno.SETFSUID, unsigned(uid), 0, 0).raw();
  }

  /** {@code int setfsgid(gid_t fsgid)}; as {@link #setfsuid}. */
  public static int setfsgid(int gid) {
    return (int) Kernel.call(Sysno.SETFSGID, unsigned(gid), 0, 0).raw();
  }

  private static long unsigned(int id) {
    return id & 0xffffffffL;
  }
}
