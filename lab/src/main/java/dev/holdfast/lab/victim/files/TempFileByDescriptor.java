package dev.holdfast.lab.victim.files;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** S07 with Holdfast: {@code TempFileByDescriptor DIRECTORY RESULT}. */
final class TempFileByDescriptor {
  private TempFileByDescriptor() {}

  private static final int MOST = 1 << 20;

  public static void main(String[] args) throws IOException {
    try (Directory directory = Directory.open(Path.of(args[0]));
        TempFiles files = TempFiles.in(directory);
        TempFile work = files.named("work", ".tmp")) {
      try (OpenFile writing = work.file().reopen(Opening.write());
          var out = writing.outputStream()) {
        out.write("alice 100\n".getBytes(StandardCharsets.UTF_8));
      }
      Files.write(Path.of(args[1]), work.file().readAll(MOST));
    }
  }
}
