package dev.holdfast.lab.victim.files;

import dev.holdfast.files.FileIdentity;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** S08 with Holdfast: {@code SameByIdentity FILE}. */
final class SameByIdentity {
  private static final int MOST = 1 << 20;

  private SameByIdentity() {}

  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[0]);
    FileIdentity before;
    try (OpenFile file = OpenFile.create(path, 0600);
        var out = file.outputStream()) {
      out.write("mine\n".getBytes(StandardCharsets.UTF_8));
      try (OpenFile readable = file.reopen(Opening.read())) {
        before = readable.identity();
      }
    }

    System.out.println("asleep");
    // Here it waits for days. The file is removed; a new one gets its name and its number.
    var _ = System.in.read();

    try (OpenFile file = OpenFile.open(path, Opening.read())) {
      if (!before.provesSame(file.identity())) {
        throw new IOException(path + ": is another file now");
      }
      System.out.print(new String(file.readAll(MOST), StandardCharsets.UTF_8));
    }
  }
}
