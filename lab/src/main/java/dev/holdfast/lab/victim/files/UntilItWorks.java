package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** S15 as it is usually written in Java: {@code UntilItWorks DIRECTORY}. */
final class UntilItWorks {
  private static final HexFormat HEX = HexFormat.of();

  private UntilItWorks() {}

  public static void main(String[] args) throws IOException {
    Path work = null;
    while (work == null) {
      try {
        String name = "work." + HEX.toHexDigits(ThreadLocalRandom.current().nextLong());
        work = Files.createFile(Path.of(args[0], name));
      } catch (IOException taken) {
        // Any error is taken for "the name is taken", also that the disk is full.
      }
    }
    Files.writeString(work, "all is well\n");
  }
}
