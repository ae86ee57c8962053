package dev.holdfast.libc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * {@code <spawn.h>}: a child made without copying the Java process. Unlike {@link ProcessBuilder}
 * nothing here waits for the child: its whole life belongs to the caller.
 */
public final class Spawn {
  public static final short POSIX_SPAWN_SETSIGDEF = 0x04;
  public static final short POSIX_SPAWN_SETSIGMASK = 0x08;
  public static final short POSIX_SPAWN_SETSID = 0x80;

  /** More than any C library's {@code posix_spawnattr_t} and {@code sigset_t}. */
  private static final int ATTRIBUTES = 1024;

  private static final int SIGNAL_SET = 128;

  private static final MethodHandle INIT = function("posix_spawnattr_init", 1);
  private static final MethodHandle SET_FLAGS = function("posix_spawnattr_setflags", 2);
  private static final MethodHandle SET_MASK = function("posix_spawnattr_setsigmask", 2);
  private static final MethodHandle SET_DEFAULT = function("posix_spawnattr_setsigdefault", 2);
  private static final MethodHandle POSIX_SPAWN = function("posix_spawn", 6);

  private Spawn() {}

  private static MethodHandle function(String name, int arguments) {
    ValueLayout[] types = new ValueLayout[arguments];
    java.util.Arrays.fill(types, ValueLayout.JAVA_LONG);
    MemorySegment symbol = Kernel.symbol(name);
    return Linker.nativeLinker()
        .downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
  }

  /**
   * {@code int posix_spawn(pid_t *pid, const char *path, NULL, const posix_spawnattr_t *, argv,
   * envp)}, posix_spawn(3): in a session of its own, no signal blocked, all with their default
   * action. Answers the pid. The child is a child of the calling kernel thread, for waiters with
   * {@link Processes#__WNOTHREAD}.
   */
  public static SyscallResult posix_spawn(byte[] path, byte[][] argv, byte[][] envp) {
    try (Scratch scratch = Scratch.open()) {
      long attributes = scratch.allocateZeroed(ATTRIBUTES);
      long none = scratch.allocateZeroed(SIGNAL_SET);
      long all = scratch.allocate(SIGNAL_SET);
      for (int i = 0; i < SIGNAL_SET; i += 8) {
        Memory.putLong(all + i, -1L);
      }
      long pid = scratch.allocateZeroed(8);
      long flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
      int error = (int) INIT.invokeExact(attributes);
      error = error != 0 ? error : (int) SET_FLAGS.invokeExact(attributes, flags);
      error = error != 0 ? error : (int) SET_MASK.invokeExact(attributes, none);
      error = error != 0 ? error : (int) SET_DEFAULT.invokeExact(attributes, all);
      if (error == 0) {
        error =
            (int)
                POSIX_SPAWN.invokeExact(
                    pid,
                    scratch.cString(path),
                    0L,
                    attributes,
                    vector(scratch, argv),
                    vector(scratch, envp));
      }
      return new SyscallResult(error != 0 ? -error : Memory.getInt(pid));
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  /** A NULL-terminated vector of C strings. */
  static long vector(Scratch scratch, byte[][] strings) {
    long vector = scratch.allocate(8L * (strings.length + 1));
    for (int i = 0; i < strings.length; i++) {
      Memory.putLong(vector + 8L * i, scratch.cString(strings[i]));
    }
    Memory.putLong(vector + 8L * strings.length, 0);
    return vector;
  }
}
