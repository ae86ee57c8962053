package dev.holdfast.locks.process;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.proc.KernelLocks;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Hands what is held to programs that are executed: their descriptor is the same. */
public final class Inheritance {
  private static final Path PROC = Path.of("/proc");

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
    List<Integer> heirs = new ArrayList<>();
    int fd = held instanceof LocalHeld local ? local.slot().engine.inheritable() : -1;
    if (fd < 0) {
      return heirs;
    }
    // An heir has the same number, and the same lock on it.
    Set<KernelLocks.Locked> ours = KernelLocks.onDescriptor(PROC.resolve("self/fdinfo/" + fd));
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        int pid = Integer.parseInt(process.getFileName().toString());
        Path info = process.resolve("fdinfo/" + fd);
        if (pid != ProcessHandle.current().pid()
            && !Collections.disjoint(ours, KernelLocks.onDescriptor(info))) {
          heirs.add(pid);
        }
      }
    } catch (IOException | DirectoryIteratorException incomplete) {
      // Whatever was found is still true.
    }
    return heirs;
  }
}
