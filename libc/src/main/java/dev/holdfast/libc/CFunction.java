package dev.holdfast.libc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * A function of the C library that takes integers and addresses only, for calls that nobody waits
 * for in a loop.
 *
 * <p>All are called in one shape, the one of syscall(2) in {@link Kernel}: the calling conventions
 * of Linux on x86-64 and aarch64 let a function ignore arguments it does not know. Each shape that
 * is linked costs a start some milliseconds, so there is only this one. It is not marked as
 * variadic, which would cost half as much again: in these conventions that makes no difference but
 * for floating-point arguments, and here there are none.
 */
public final class CFunction {
  /** {@code long f(long, ...)} with seven arguments. */
  static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);

  private static final int ARGUMENTS = SHAPE.argumentLayouts().size();

  private final MethodHandle handle;

  private CFunction(String name) {
    handle = link(name);
  }

  public static CFunction named(String name) {
    return new CFunction(name);
  }

  /** Errno of each call is kept in the scratch memory it is given. */
  static MethodHandle link(String name) {
    try {
      return Linker.nativeLinker()
          .downcallHandle(Kernel.symbol(name), SHAPE, Linker.Option.captureCallState("errno"));
    } catch (IllegalCallerException refused) {
      throw new NativeAccessError(refused);
    }
  }

  /** For functions that return a {@code long} or a pointer. */
  public long callForLong(Scratch scratch, long... arguments) {
    long[] all = Arrays.copyOf(arguments, ARGUMENTS);
    try {
      return (long)
          handle.invokeExact(
              scratch.captureState(), all[0], all[1], all[2], all[3], all[4], all[5], all[6]);
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  /** For functions that return an {@code int}, whose upper half of the register is undefined. */
  public int call(Scratch scratch, long... arguments) {
    return (int) callForLong(scratch, arguments);
  }

  /** For functions that return -1 and set errno. */
  public SyscallResult callForErrno(Scratch scratch, long... arguments) {
    int answer = call(scratch, arguments);
    return new SyscallResult(
        answer == -1 ? -scratch.captureState().get(ValueLayout.JAVA_INT, 0) : answer);
  }
}
