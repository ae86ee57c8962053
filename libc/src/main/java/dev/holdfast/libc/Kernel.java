package dev.holdfast.libc;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The one door to the kernel: {@code long syscall(long number, ...)}, syscall(2).
 *
 * <p>Every system call goes through this single downcall and not through the C library's wrappers:
 * one link at start-up instead of one for each call, and identity calls act on the calling kernel
 * thread alone, as this project needs them. The answer is the kernel's own convention: a negative
 * error number, captured in the same downcall, so no errno can be read late.
 */
public final class Kernel {
  private static final MethodHandle SYSCALL = CFunction.link("syscall");

  private Kernel() {}

  /**
   * A function of the C library.
   *
   * @throws NativeAccessError on another system, where it could have the same name and another
   *     meaning
   */
  public static MemorySegment symbol(String name) {
    NativeAccessError.requireLinux();
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    return lookup
        .find(name)
        .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
  }

  public static SyscallResult call(
      Scratch scratch, Sysno call, long a, long b, long c, long d, long e, long f) {
    return new SyscallResult(raw(scratch, call.nr, a, b, c, d, e, f));
  }

  public static SyscallResult call(Scratch scratch, Sysno call, long a, long b, long c) {
    return new SyscallResult(raw(scratch, call.nr, a, b, c, 0, 0, 0));
  }

  /** For calls whose arguments are plain numbers. */
  public static SyscallResult call(Sysno call, long a, long b, long c, long d, long e) {
    try (Scratch scratch = Scratch.open()) {
      return new SyscallResult(raw(scratch, call.nr, a, b, c, d, e, 0));
    }
  }

  public static SyscallResult call(Sysno call, long a, long b, long c) {
    return call(call, a, b, c, 0, 0);
  }

  static long raw(Scratch scratch, long nr, long a, long b, long c, long d, long e, long f) {
    if (nr < 0) {
      return -Errno.ENOSYS.number;
    }
    MemorySegment state = scratch.captureState();
    long answer;
    try {
      answer = (long) SYSCALL.invokeExact(state, nr, a, b, c, d, e, f);
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
    return answer == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : answer;
  }
}
