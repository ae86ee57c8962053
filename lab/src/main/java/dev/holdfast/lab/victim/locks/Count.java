package dev.holdfast.lab.victim.locks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** L01 as it is usually written in Java: {@code Count DIRECTORY}. */
public final class Count {
  private Count() {}

  public static void main(String[] args) throws IOException {
    drawTicket(Path.of(args[0]));
  }

  static void drawTicket(Path directory) throws IOException {
    Path counter = directory.resolve("counter");
    int next = Integer.parseInt(Files.readString(counter).strip()) + 1;
    // Here another run reads the same number.
    Files.writeString(counter, next + "\n");
    Files.writeString(
        directory.resolve("tickets"),
        next + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
