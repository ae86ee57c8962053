package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S04 with Holdfast: {@code CreateExclusively FILE}. */
final class CreateExclusively {
  private CreateExclusively() {}

  public static void main(String[] args) throws IOException {
    try (OpenFile file = OpenFile.create(Path.of(args[0]), 0644);
        var out = file.outputStream()) {
      out.write("new\n".getBytes(StandardCharsets.UTF_8));
    }
  }
}
