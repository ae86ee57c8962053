package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** S05 as it is usually written in Java: {@code FixedName DIRECTORY}. */
final class FixedName {
  private FixedName() {}

  public static void main(String[] args) throws IOException {
    // A symbolic link may be waiting there.
    Files.writeString(Path.of(args[0], "report.txt"), "all is well\n");
  }
}
