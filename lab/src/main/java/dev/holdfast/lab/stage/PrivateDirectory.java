package dev.holdfast.lab.stage;

import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.ShutdownHooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory that only this user can enter; gone after use, with all that is in it, and when a
 * signal ends the virtual machine. Threads: one at a time.
 */
public final class PrivateDirectory implements AutoCloseable {
  private final Path path;
  private final Thread hook;

  public PrivateDirectory(Path parent) throws IOException {
    Path made = Files.createTempDirectory(parent, Workshop.PREFIX);
    path = made;
    hook =
        new Thread(
            () -> {
              try {
                delete(made);
              } catch (IOException left) {
                System.err.println("left behind: " + left.getMessage());
              }
            },
            "holdfast-lab-directory");
    ShutdownHooks.add(hook);
  }

  public Path path() {
    return path;
  }

  private static void delete(Path path) throws IOException {
    TreeReport report = Trees.delete(path, TreeOptions.defaults());
    if (!report.complete()) {
      throw new IOException(report.failures().getFirst().toString());
    }
  }

  @Override
  public void close() throws IOException {
    ShutdownHooks.remove(hook);
    delete(path);
  }
}
