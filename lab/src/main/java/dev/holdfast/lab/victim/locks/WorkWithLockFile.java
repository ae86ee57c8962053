package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** L04 with Holdfast: {@code WorkWithLockFile DIRECTORY}. */
public final class WorkWithLockFile {
  private WorkWithLockFile() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Path.of(args[0]);
    try (Held held = Locks.file(directory.resolve("lock")).acquire(Duration.ofSeconds(10))) {
      Files.writeString(directory.resolve("work"), "done\n");
      held.ensureValid();
    }
  }
}
