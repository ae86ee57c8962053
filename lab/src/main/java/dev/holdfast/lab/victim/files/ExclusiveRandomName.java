package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** S05 with Holdfast: {@code ExclusiveRandomName DIRECTORY}. */
final class ExclusiveRandomName {
  private ExclusiveRandomName() {}

  public static void main(String[] args) throws IOException {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    Path name = Path.of(args[0], "report." + HexFormat.of().formatHex(random));
    try (OpenFile file = OpenFile.create(name, 0600);
        var out = file.outputStream()) {
      out.write("all is well\n".getBytes(StandardCharsets.UTF_8));
    }
  }
}
