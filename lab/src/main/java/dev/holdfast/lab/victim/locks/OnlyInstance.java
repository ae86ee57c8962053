package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** L11 with Holdfast: {@code OnlyInstance DIRECTORY}. */
public final class OnlyInstance {
  private OnlyInstance() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Attendance attendance = new Attendance(directory);
    Optional<Held> only = Locks.pidFile(directory.resolve("pid")).tryAcquire();
    if (only.isPresent()) {
      try (Held held = only.get()) {
        attendance.attend();
        held.ensureValid();
      }
    }
  }
}
