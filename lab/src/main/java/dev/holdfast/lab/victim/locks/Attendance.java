package dev.holdfast.lab.victim.locks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes to a log who is there. A second one stays until the first one has ended, so that the log
 * shows it if the first one is let in meanwhile.
 */
final class Attendance {
  private final Path log;
  private final FileChannel alive;
  private final boolean isFirst;

  Attendance(Path directory) throws IOException {
    this.log = directory.resolve("log");
    this.alive =
        FileChannel.open(
            directory.resolve("alive"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.isFirst = alive.tryLock() != null;
  }

  /** Comes, stays as long as it has to, and goes. */
  void attend() throws IOException {
    write("in\n");
    if (!isFirst) {
      alive.lock();
    }
    write("out\n");
  }

  private void write(String line) throws IOException {
    Files.writeString(log, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
