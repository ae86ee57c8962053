package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.identity.AsUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S02 with Holdfast: {@code WriteAsUser USER FILE TEXT}. */
final class WriteAsUser {
  private WriteAsUser() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (AsUser user = AsUser.named(args[0]);
        OpenFile file = user.open(Path.of(args[1]), Opening.write().truncate());
        var out = file.outputStream()) {
      out.write((args[2] + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
