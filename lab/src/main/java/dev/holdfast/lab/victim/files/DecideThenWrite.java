package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;

/** S02 as it is usually written in Java: {@code DecideThenWrite USER FILE TEXT}. */
final class DecideThenWrite {
  private DecideThenWrite() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    boolean may =
        attributes.owner().getName().equals(args[0])
            && attributes.permissions().contains(PosixFilePermission.OWNER_WRITE);
    if (!may) {
      throw new IOException(file + ": " + args[0] + " may not write it");
    }
    // Here the user replaces the file by a link to one that is closed to the user.
    Files.writeString(file, args[2] + "\n", StandardCharsets.UTF_8);
  }
}
