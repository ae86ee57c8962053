package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S03 with Holdfast: {@code ChownByDescriptor UID FILE}. */
final class ChownByDescriptor {
  private static final int KEEP = -1;

  private ChownByDescriptor() {}

  public static void main(String[] args) throws IOException {
    try (OpenFile file = OpenFile.create(Path.of(args[1]), 0600);
        var out = file.outputStream()) {
      out.write("unpacked\n".getBytes(StandardCharsets.UTF_8));
      file.chown(Integer.parseUnsignedInt(args[0]), KEEP);
      file.chmod(0644);
    }
  }
}
