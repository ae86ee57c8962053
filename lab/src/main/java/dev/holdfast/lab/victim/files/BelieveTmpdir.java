package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** S14 as it is usually written in Java: {@code BelieveTmpdir RESULT}. */
final class BelieveTmpdir {
  private BelieveTmpdir() {}

  public static void main(String[] args) throws IOException {
    Path work = Files.createTempFile(Path.of(System.getenv("TMPDIR")), "work", ".tmp");
    // The directory is the user's: here a link is put there.
    Files.writeString(work, "all is well\n");
    Files.copy(work, Path.of(args[0]));
    Files.delete(work);
  }
}
