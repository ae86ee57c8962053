package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** S13 as it is usually written in Java: {@code PathAgain DIRECTORY}. */
final class PathAgain {
  private PathAgain() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectory(Path.of(args[0]));
    // Here the user replaces the directory by a link to another.
    Files.writeString(directory.resolve("file"), "unpacked\n", StandardOpenOption.CREATE_NEW);
  }
}
