package dev.holdfast.prove;

import dev.holdfast.libc.Arch;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Namespaces;
import dev.holdfast.prove.world.WorldException;
import dev.holdfast.prove.world.Worlds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What this process may do here: is it root, and over whom? */
final class Host {
  private Host() {}

  static @Nullable String whyNot() {
    if (Arch.CURRENT != Arch.X86_64) {
      return "the tracer is not on this architecture yet (" + System.getProperty("os.arch") + ")";
    }
    if (Identity.geteuid() != 0) {
      return "private worlds need root, or a user namespace in which one is root";
    }
    return tryOnAThreadOfItsOwn();
  }

  private static @Nullable String tryWithin() {
    SyscallResult tried = Namespaces.unshare(Namespaces.CLONE_FS | Namespaces.CLONE_NEWNS);
    if (tried.failed()) {
      return "private worlds are forbidden here (unshare: "
          + tried
          + "): run with CAP_SYS_ADMIN, or outside of the container or its seccomp profile";
    }
    int flags = Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
    SyscallResult proc = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/proc"), flags, 0);
    if (proc.failed()) {
      return "private worlds need /proc (" + proc + "): mount it";
    }
    try {
      return Worlds.whyNotFromHere((int) proc.raw());
    } catch (WorldException e) {
      return e.getMessage();
    } finally {
      Unistd.close((int) proc.raw());
    }
  }

  /** The thread takes the new namespace with it. */
  private static @Nullable String tryOnAThreadOfItsOwn() {
    AtomicReference<@Nullable String> result = new AtomicReference<>();
    Thread thread = Thread.ofPlatform().unstarted(() -> result.set(tryWithin()));
    thread.start();
    boolean interrupted = false;
    for (; ; ) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result.get();
  }

  /** True if this process's root is not the host's: then most users have no name here. */
  static boolean inUserNamespace() {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/self/uid_map"));
      return lines.size() != 1
          || !lines.getFirst().strip().replaceAll("\\s+", " ").equals("0 0 4294967295");
    } catch (IOException e) {
      return false;
    }
  }
}
