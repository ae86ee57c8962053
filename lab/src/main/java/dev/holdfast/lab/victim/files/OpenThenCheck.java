package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S01 with Holdfast: {@code OpenThenCheck UID FILE TEXT}. */
final class OpenThenCheck {
  private OpenThenCheck() {}

  public static void main(String[] args) throws IOException {
    int user = Integer.parseUnsignedInt(args[0]);
    Opening opening = Opening.write().ownedBy(user).singleLink().truncate();
    try (OpenFile file = OpenFile.open(Path.of(args[1]), opening);
        var out = file.outputStream()) {
      out.write((args[2] + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
