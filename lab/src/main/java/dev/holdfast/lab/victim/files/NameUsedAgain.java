package dev.holdfast.lab.victim.files;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;

/** S10 as it is usually written in Java: {@code NameUsedAgain DIRECTORY}. */
final class NameUsedAgain {
  private NameUsedAgain() {}

  public static void main(String[] args) throws IOException {
    File work = File.createTempFile("work", ".tmp", new File(args[0]));
    if (!work.delete()) {
      throw new IOException(work + ": cannot be removed");
    }
    // The name is known by now, and free: here somebody else puts a link there.
    Files.writeString(work.toPath(), "all is well\n");
  }
}
