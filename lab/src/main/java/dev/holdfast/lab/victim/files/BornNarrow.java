package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S06 with Holdfast: {@code BornNarrow FILE}. */
final class BornNarrow {
  private BornNarrow() {}

  public static void main(String[] args) throws IOException {
    try (OpenFile file = OpenFile.create(Path.of(args[0]), 0600);
        var out = file.outputStream()) {
      out.write("the key is 4711\n".getBytes(StandardCharsets.UTF_8));
    }
  }
}
