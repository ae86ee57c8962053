package dev.holdfast.libc.process;

import dev.holdfast.libc.CFunction;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;

/**
 * Who the whole process is, credentials(7): through the C library's wrappers, which carry a change
 * to every thread (nptl(7)). For one thread alone there is {@link Identity}.
 */
public final class ProcessIdentity {
  private static final CFunction SETRESUID = CFunction.named("setresuid");
  private static final CFunction SETRESGID = CFunction.named("setresgid");
  private static final CFunction SETGROUPS = CFunction.named("setgroups");

  private ProcessIdentity() {}

  /** {@code int setresuid(uid_t ruid, uid_t euid, uid_t suid)}, every thread. */
  public static SyscallResult setresuid(int real, int effective, int saved) {
    try (Scratch scratch = Scratch.open()) {
      return SETRESUID.callForErrno(scratch, real, effective, saved);
    }
  }

  /** {@code int setresgid(gid_t rgid, gid_t egid, gid_t sgid)}, every thread. */
  public static SyscallResult setresgid(int real, int effective, int saved) {
    try (Scratch scratch = Scratch.open()) {
      return SETRESGID.callForErrno(scratch, real, effective, saved);
    }
  }

  /** {@code int setgroups(size_t size, const gid_t *list)}, every thread. */
  public static SyscallResult setgroups(int... groups) {
    try (Scratch scratch = Scratch.open()) {
      long list = scratch.allocate(4L * Math.max(1, groups.length));
      for (int i = 0; i < groups.length; i++) {
        Memory.putInt(list + 4L * i, groups[i]);
      }
      return SETGROUPS.callForErrno(scratch, groups.length, list);
    }
  }
}
