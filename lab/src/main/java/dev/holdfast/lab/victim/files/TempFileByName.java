package dev.holdfast.lab.victim.files;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** S07 as it is usually written in Java: {@code TempFileByName DIRECTORY RESULT}. */
final class TempFileByName {
  private TempFileByName() {}

  public static void main(String[] args) throws IOException {
    File work = File.createTempFile("work", ".tmp", new File(args[0]));
    Files.writeString(work.toPath(), "alice 100\n");
    // Here the job stands still for days. The cleaner removes the file, and somebody takes its
    // name.
    Files.writeString(Path.of(args[1]), Files.readString(work.toPath()));
    Files.delete(work.toPath());
  }
}
