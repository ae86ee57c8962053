package dev.holdfast.lab.stage;

import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.ShutdownHooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory that only this user can enter; gone after use, with all that is in it, and when a
 * signal ends the virtual machine. Threads: one at a time.
 */
public final class PrivateDirectory implements AutoCloseable {
  /** How often it is tried to remove what somebody still writes into. */
  private static final int TRIES = 50;

  private static final long PAUSE_MILLIS = 20;

  /** Between the making and the end of this process: what is made later would stay. */
  private final Object making = new Object();

  private final Thread hook = new Thread(this::atExit, "holdfast-lab-directory");
  private final Path path;
  private @Nullable Path made;
  private boolean ended;

  public PrivateDirectory(Path parent) throws IOException {
    ShutdownHooks.add(hook);
    synchronized (making) {
      if (ended) {
        throw new IOException("this process is about to end");
      }
      try {
        path = Files.createTempDirectory(parent, Workshop.PREFIX);
      } catch (IOException e) {
        ShutdownHooks.remove(hook);
        throw e;
      }
      made = path;
    }
  }

  public Path path() {
    return path;
  }

  private void atExit() {
    Path there;
    synchronized (making) {
      ended = true;
      there = made;
    }
    try {
      if (there != null) {
        delete(there);
      }
    } catch (IOException left) {
      System.err.println("left behind: " + left.getMessage());
    }
  }

  /** A compiler that was started may still be writing into it. */
  private static void delete(Path path) throws IOException {
    for (int i = 1; Files.exists(path, LinkOption.NOFOLLOW_LINKS); i++) {
      TreeReport report = Trees.delete(path, TreeOptions.defaults());
      if (!report.complete() && i == TRIES) {
        throw new IOException(report.failures().getFirst().toString());
      }
      if (!report.complete()) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    ShutdownHooks.remove(hook);
    delete(path);
  }
}
