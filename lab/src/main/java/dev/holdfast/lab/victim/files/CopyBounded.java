package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import java.io.IOException;
import java.nio.file.Path;

/** S11 with Holdfast: {@code CopyBounded FILE SPOOL}. */
final class CopyBounded {
  private CopyBounded() {}

  private static final int MOST = 1 << 20;

  public static void main(String[] args) throws IOException {
    byte[] message;
    try (OpenFile file = OpenFile.open(Path.of(args[0]), Opening.read().sizeAtMost(MOST))) {
      message = file.readAll(MOST);
    }
    try (OpenFile spool = OpenFile.create(Path.of(args[1]), 0600);
        var out = spool.outputStream()) {
      out.write(message);
    }
  }
}
