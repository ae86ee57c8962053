package dev.holdfast.lab.victim.locks;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** L04 as it is usually written: {@code RemoveStaleLock DIRECTORY}. */
final class RemoveStaleLock {
  private RemoveStaleLock() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Path lock = directory.resolve("usual");
    Attendance attendance = new Attendance(directory);
    if (Files.exists(lock) && !Files.exists(Path.of("/proc", Files.readString(lock).strip()))) {
      // Here another one, who found it dead as well, removes it and makes its own.
      Files.delete(lock);
    }
    try {
      String self = ProcessHandle.current().pid() + "\n";
      Files.writeString(lock, self, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException busy) {
      return;
    }
    attendance.attend();
    Files.deleteIfExists(lock);
  }
}
