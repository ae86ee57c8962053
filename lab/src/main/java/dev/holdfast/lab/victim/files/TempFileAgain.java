package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** S09 as it is usually written in Java: {@code TempFileAgain DIRECTORY}. */
final class TempFileAgain {
  private TempFileAgain() {}

  public static void main(String[] args) throws IOException {
    Path file = Files.createTempFile(Path.of(args[0]), "work", ".tmp");
    // Here somebody else puts a link there.
    Files.writeString(file, "all is well\n");
  }
}
