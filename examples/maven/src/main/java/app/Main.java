package app;

import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Counts in a file, whoever else counts in it. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Path counter = directory.resolve("counter");
    try (Held held = Locks.of(directory.resolve("counter.lock")).acquire(Duration.ofSeconds(10))) {
      int count = Files.exists(counter) ? Integer.parseInt(Files.readString(counter).strip()) : 0;
      AtomicReplace.of(counter).write((count + 1 + "\n").getBytes(StandardCharsets.UTF_8));
      held.ensureValid();
    }
    System.out.print(Files.readString(counter));
  }
}
