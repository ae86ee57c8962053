package dev.holdfast.libc.process;

import dev.holdfast.libc.CFunction;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;

/**
 * {@code <spawn.h>}: a child made without copying the Java process. Unlike {@link ProcessBuilder}
 * nothing here waits for the child: its whole life belongs to the caller.
 */
public final class Spawn {
  public static final int POSIX_SPAWN_SETSIGDEF = 0x04;
  public static final int POSIX_SPAWN_SETSIGMASK = 0x08;
  public static final int POSIX_SPAWN_SETSID = 0x80;

  /** More than any C library's {@code posix_spawnattr_t} and {@code sigset_t}. */
  private static final int ATTRIBUTES = 1024;

  private static final int SIGNAL_SET = 128;

  private static final CFunction INIT = CFunction.named("posix_spawnattr_init");
  private static final CFunction SET_FLAGS = CFunction.named("posix_spawnattr_setflags");
  private static final CFunction SET_MASK = CFunction.named("posix_spawnattr_setsigmask");
  private static final CFunction SET_DEFAULT = CFunction.named("posix_spawnattr_setsigdefault");
  private static final CFunction POSIX_SPAWN = CFunction.named("posix_spawn");

  private Spawn() {}

  /**
   * {@code int posix_spawn(pid_t *pid, const char *path, NULL, const posix_spawnattr_t *, argv,
   * envp)}, posix_spawn(3). Answers the pid. The child is a child of the calling kernel thread, for
   * waiters with {@link Processes#__WNOTHREAD}. It has all descriptors that are not close-on-exec.
   *
   * @param flags {@link #POSIX_SPAWN_SETSID}: in a session of its own; {@link
   *     #POSIX_SPAWN_SETSIGMASK}: with no signal blocked; {@link #POSIX_SPAWN_SETSIGDEF}: all
   *     signals with their default action, also those that were ignored
   */
  public static SyscallResult posix_spawn(byte[] path, byte[][] argv, byte[][] envp, int flags) {
    return posix_spawn(path, argv, envp, flags, 0, -1);
  }

  /**
   * The same.
   *
   * @param blocked with {@link #POSIX_SPAWN_SETSIGMASK}: the signals that it has blocked, signal
   *     <i>n</i> as bit <i>n</i> - 1
   * @param defaults with {@link #POSIX_SPAWN_SETSIGDEF}: those that it has with their default
   *     action; an ignored signal that is not among them stays ignored
   */
  public static SyscallResult posix_spawn(
      byte[] path, byte[][] argv, byte[][] envp, int flags, long blocked, long defaults) {
    if (Paths.invalid(path) || invalid(argv) || invalid(envp)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long attributes = scratch.allocateZeroed(ATTRIBUTES);
      long none = scratch.allocateZeroed(SIGNAL_SET);
      Memory.putLong(none, blocked);
      long all = scratch.allocateZeroed(SIGNAL_SET);
      Memory.putLong(all, defaults);
      long pid = scratch.allocateZeroed(8);
      int error = INIT.call(scratch, attributes);
      error = error != 0 ? error : SET_FLAGS.call(scratch, attributes, flags);
      error = error != 0 ? error : SET_MASK.call(scratch, attributes, none);
      error = error != 0 ? error : SET_DEFAULT.call(scratch, attributes, all);
      if (error == 0) {
        error =
            POSIX_SPAWN.call(
                scratch,
                pid,
                scratch.cString(path),
                0,
                attributes,
                vector(scratch, argv),
                vector(scratch, envp));
      }
      return new SyscallResult(error != 0 ? -error : Memory.getInt(pid));
    }
  }

  /** True if the program would see another string than the caller meant. */
  static boolean invalid(byte[][] strings) {
    for (byte[] string : strings) {
      if (Paths.invalid(string)) {
        return true;
      }
    }
    return false;
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
