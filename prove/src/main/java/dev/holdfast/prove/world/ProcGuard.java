package dev.holdfast.prove.world;

import static dev.holdfast.prove.world.Steps.readOnly;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Namespaces;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A world's own {@code /proc}, in which nothing of the host can be changed. */
final class ProcGuard {
  /** Where the host's procfs stands until the world has its own. */
  static final String OLD_PROC = "/.holdfast-proc";

  private ProcGuard() {}

  /** Takes from the world's own {@code /proc} what would change the host; for the tracer. */
  public static void protect() {
    try {
      if (Files.exists(Path.of(OLD_PROC))) {
        Namespaces.umount2(OLD_PROC, Namespaces.MNT_DETACH).orThrow("umount2", OLD_PROC);
        Unistd.unlinkat(Fcntl.AT_FDCWD, Paths.bytes(OLD_PROC), Fcntl.AT_REMOVEDIR)
            .orThrow("unlinkat", OLD_PROC);
      }
      for (String name : List.of("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus")) {
        if (Files.exists(Path.of(name))) {
          readOnly(name, name);
        }
      }
    } catch (FileSystemException e) {
      throw new WorldException("the world's /proc cannot be protected: " + e.getMessage(), e);
    }
  }
}
