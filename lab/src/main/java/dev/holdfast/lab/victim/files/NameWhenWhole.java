package dev.holdfast.lab.victim.files;

import dev.holdfast.files.Directory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S10 with Holdfast: {@code NameWhenWhole DIRECTORY}. */
final class NameWhenWhole {
  private NameWhenWhole() {}

  public static void main(String[] args) throws IOException {
    try (Directory directory = Directory.open(Path.of(args[0]));
        TempFiles files = TempFiles.in(directory);
        TempFile work = files.anonymous()) {
      var out = work.file().outputStream();
      out.write("draft\n".getBytes(StandardCharsets.UTF_8));
      work.file().truncate(0);
      try (var again = work.file().channel()) {
        again.position(0);
        again.write(ByteBuffer.wrap("all is well\n".getBytes(StandardCharsets.UTF_8)));
        work.linkInto(directory, "report");
      }
    }
  }
}
