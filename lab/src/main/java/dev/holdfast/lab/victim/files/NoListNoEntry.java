package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** S16 with Holdfast: {@code NoListNoEntry LIST DIRECTORY USER...}. */
final class NoListNoEntry {
  private NoListNoEntry() {}

  private static final int MOST = 1 << 20;

  public static void main(String[] args) throws IOException {
    for (String user : List.of(args).subList(2, args.length)) {
      if (!denied(Path.of(args[0])).contains(user)) {
        OpenFile.create(Path.of(args[1], "session." + user), 0600).close();
      }
    }
  }

  /** A list that cannot be read, or that others could have written, ends the program. */
  private static List<String> denied(Path list) throws IOException {
    Opening opening = Opening.read().ownedByMeOrRoot().writableByOwnerOnly();
    try (OpenFile file = OpenFile.open(list, opening)) {
      return new String(file.readAll(MOST), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
