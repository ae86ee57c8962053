package dev.holdfast.lab.victim.files;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S13 with Holdfast: {@code HeldDirectory PARENT NAME}. */
final class HeldDirectory {
  private HeldDirectory() {}

  public static void main(String[] args) throws IOException {
    try (Directory parent = Directory.open(Path.of(args[0]));
        Directory made = parent.mkdirHeld(args[1], 0755);
        OpenFile file = made.create("file", 0644);
        var out = file.outputStream()) {
      out.write("unpacked\n".getBytes(StandardCharsets.UTF_8));
    }
  }
}
