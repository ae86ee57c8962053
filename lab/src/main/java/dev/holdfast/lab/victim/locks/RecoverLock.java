package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** L04 with Holdfast: {@code RecoverLock DIRECTORY}. */
public final class RecoverLock {
  private RecoverLock() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Attendance attendance = new Attendance(directory);
    Optional<Held> granted = Locks.file(directory.resolve("ours")).tryAcquire();
    if (granted.isPresent()) {
      try (Held held = granted.get()) {
        attendance.attend();
        held.ensureValid();
      }
    }
  }
}
