package dev.holdfast.libc.process;

import dev.holdfast.libc.CFunction;
import dev.holdfast.libc.Scratch;

/** {@code <sys/auxv.h>}: what the kernel told the process when it began. */
public final class Auxv {
  private static final long AT_SECURE = 23;

  private Auxv() {}

  /**
   * {@code getauxval(AT_SECURE) != 0}, getauxval(3): the process has more rights than who started
   * it (set-user-id and the like), so that its environment must not be believed.
   */
  public static boolean secure() {
    try (Scratch scratch = Scratch.open()) {
      return CFunction.named("getauxval").callForLong(scratch, AT_SECURE) != 0;
    }
  }
}
