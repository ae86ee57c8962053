package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** S06 as it is usually written in Java: {@code BornOpen FILE}. */
final class BornOpen {
  private BornOpen() {}

  public static void main(String[] args) throws IOException {
    Path file = Files.createFile(Path.of(args[0]));
    // Here anybody can open it.
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, "the key is 4711\n");
  }
}
