package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** L01 with Holdfast: {@code CountAlone DIRECTORY}. */
public final class CountAlone {
  private CountAlone() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Path.of(args[0]);
    try (Held held = Locks.of(directory.resolve("lock")).acquire(Duration.ofSeconds(10))) {
      Count.drawTicket(directory);
      held.ensureValid();
    }
  }
}
