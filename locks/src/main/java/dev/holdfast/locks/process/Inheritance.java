package dev.holdfast.locks.process;

import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.proc.KernelLocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Hands what is held to programs that are executed: their descriptor is the same. */
public final class Inheritance {
  private Inheritance() {}

  /**
   * Lets the programs that this process executes from now on keep the lock, or no longer. It then
   * lasts until the last of them has ended, or until it is let go of here.
   *
   * @return false if the kind has no descriptor to inherit
   */
  public static boolean passOn(Held held, boolean on) throws IOException {
    return held instanceof LocalHeld local && local.slot().engine.passOn(on);
  }

  /**
   * Right before a process is started that {@link #holderIs} will name: whoever opens a file that
   * has the holder's name waits for it, the process itself included. Not for ever, and only where
   * the file system has leases and nobody else has the file open.
   */
  public static void holderIsToCome(Held held) throws IOException {
    if (held instanceof LocalHeld local) {
      local.slot().engine.holderIsToCome();
    }
  }

  /** From now on this process, which inherited it, is the one that others should know of. */
  public static void holderIs(Held held, int pid) throws IOException {
    if (held instanceof LocalHeld local) {
      local.slot().engine.holderIs(pid);
    }
  }

  /**
   * Lets go of it as {@link Held#close} does, but does not take it from those who inherited it.
   *
   * @throws java.io.UncheckedIOException as {@link Held#close}
   */
  public static void leaveToHeirs(Held held) {
    if (held instanceof LocalHeld local) {
      local.leaveToHeirs();
    } else {
      held.close();
    }
  }

  /** Other processes that have the lock by inheritance, while it is held exclusively here. */
  public static List<Integer> heirs(Held held) {
    int fd = held instanceof LocalHeld local ? local.slot().engine.inheritable() : -1;
    if (fd < 0) {
      return List.of();
    }
    List<Integer> heirs = new ArrayList<>(KernelLocks.inheritors(fd));
    heirs.remove(Integer.valueOf(Unistd.getpid()));
    return heirs;
  }
}
