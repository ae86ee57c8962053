package dev.holdfast.libc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** {@code <sys/auxv.h>}: what the kernel told the process when it began. */
public final class Auxv {
  private static final long AT_SECURE = 23;

  private Auxv() {}

  /**
   * {@code getauxval(AT_SECURE) != 0}, getauxval(3): the process has more rights than who started
   * it (set-user-id and the like), so that its environment must not be believed.
   */
  public static boolean secure() {
    MethodHandle getauxval =
        Linker.nativeLinker()
            .downcallHandle(
                Kernel.symbol("getauxval"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    try {
      return (long) getauxval.invokeExact(AT_SECURE) != 0;
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }
}
