package dev.holdfast.lab.victim.files;

import dev.holdfast.files.Directory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S15 with Holdfast: {@code WhileTaken DIRECTORY}. */
public final class WhileTaken {
  private WhileTaken() {}

  public static void main(String[] args) throws IOException {
    try (Directory directory = Directory.open(Path.of(args[0]));
        TempFiles files = TempFiles.in(directory);
        TempFile work = files.anonymous();
        var out = work.file().outputStream()) {
      out.write("all is well\n".getBytes(StandardCharsets.UTF_8));
      work.linkInto(directory, "work");
    }
  }
}
