package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** S11 as it is usually written in Java: {@code LookThenCopy FILE SPOOL}. */
final class LookThenCopy {
  private LookThenCopy() {}

  private static final int MOST = 1 << 20;

  public static void main(String[] args) throws IOException {
    Path message = Path.of(args[0]);
    BasicFileAttributes attributes = Files.readAttributes(message, BasicFileAttributes.class);
    if (!attributes.isRegularFile() || attributes.size() > MOST) {
      throw new IOException(message + ": not a message");
    }
    // Here the file becomes a FIFO, a link to /dev/zero, or very long.
    Files.copy(message, Path.of(args[1]));
  }
}
