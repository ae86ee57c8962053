package dev.holdfast.libc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Who the whole process is, credentials(7): through the C library's wrappers, which carry a change
 * to every thread (nptl(7)). For one thread alone there is {@link Identity}.
 */
public final class ProcessIdentity {
  private static final ValueLayout INT = ValueLayout.JAVA_INT;

  private static final MethodHandle SETRESUID = link("setresuid", INT, INT, INT);
  private static final MethodHandle SETRESGID = link("setresgid", INT, INT, INT);
  private static final MethodHandle SETGROUPS =
      link("setgroups", ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

  private ProcessIdentity() {}

  private static MethodHandle link(String name, ValueLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            Kernel.symbol(name),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments),
            Linker.Option.captureCallState("errno"));
  }

  /** {@code int setresuid(uid_t ruid, uid_t euid, uid_t suid)}, every thread. */
  public static SyscallResult setresuid(int real, int effective, int saved) {
    try (Scratch scratch = Scratch.open()) {
      MemorySegment state = scratch.captureState();
      return answer(state, (int) SETRESUID.invokeExact(state, real, effective, saved));
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  /** {@code int setresgid(gid_t rgid, gid_t egid, gid_t sgid)}, every thread. */
  public static SyscallResult setresgid(int real, int effective, int saved) {
    try (Scratch scratch = Scratch.open()) {
      MemorySegment state = scratch.captureState();
      return answer(state, (int) SETRESGID.invokeExact(state, real, effective, saved));
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  /** {@code int setgroups(size_t size, const gid_t *list)}, every thread. */
  public static SyscallResult setgroups(int... groups) {
    try (Scratch scratch = Scratch.open()) {
      long list = scratch.allocate(4L * Math.max(1, groups.length));
      for (int i = 0; i < groups.length; i++) {
        Memory.putInt(list + 4L * i, groups[i]);
      }
      MemorySegment state = scratch.captureState();
      return answer(state, (int) SETGROUPS.invokeExact(state, (long) groups.length, list));
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  private static SyscallResult answer(MemorySegment state, int result) {
    return new SyscallResult(result == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : result);
  }
}
