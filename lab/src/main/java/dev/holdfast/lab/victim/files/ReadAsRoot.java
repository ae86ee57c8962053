package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** S17 as it is usually written in Java: {@code ReadAsRoot USER FILE SPOOL}. */
final class ReadAsRoot {
  private ReadAsRoot() {}

  public static void main(String[] args) throws IOException {
    // The file may be, or become, a link to one that the user may not read.
    byte[] text = Files.readAllBytes(Path.of(args[1]));
    Files.write(Path.of(args[2]), text);
  }
}
