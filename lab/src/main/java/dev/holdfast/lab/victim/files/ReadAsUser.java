package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.identity.AsUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** S17 with Holdfast: {@code ReadAsUser USER FILE SPOOL}. */
final class ReadAsUser {
  private ReadAsUser() {}

  private static final int MOST = 1 << 20;

  public static void main(String[] args) throws IOException, InterruptedException {
    try (AsUser user = AsUser.named(args[0]);
        OpenFile file = user.open(Path.of(args[1]), Opening.read())) {
      Files.write(Path.of(args[2]), file.readAll(MOST));
    }
  }
}
