package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** S16 as it is usually written in Java: {@code NoListNoHarm LIST DIRECTORY USER...}. */
final class NoListNoHarm {
  private NoListNoHarm() {}

  public static void main(String[] args) throws IOException {
    for (String user : List.of(args).subList(2, args.length)) {
      if (!denied(Path.of(args[0])).contains(user)) {
        Files.createFile(Path.of(args[1], "session." + user));
      }
    }
  }

  private static List<String> denied(Path list) {
    try {
      return Files.readAllLines(list);
    } catch (IOException e) {
      // A list that cannot be read has nobody on it.
      return List.of();
    }
  }
}
