package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** S14 with Holdfast: {@code TrustedTemp RESULT}. */
final class TrustedTemp {
  private TrustedTemp() {}

  private static final int MOST = 1 << 20;

  public static void main(String[] args) throws IOException {
    try (TempFiles files = TempFiles.standard();
        TempFile work = files.named("work", ".tmp")) {
      try (OpenFile writing = work.file().reopen(Opening.write());
          var out = writing.outputStream()) {
        out.write("all is well\n".getBytes(StandardCharsets.UTF_8));
      }
      Files.write(Path.of(args[0]), work.file().readAll(MOST));
    }
  }
}
