package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** S04 as it is usually written in Java: {@code LookThenCreate FILE}. */
final class LookThenCreate {
  private LookThenCreate() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(args[0]);
    }
    // Here somebody else puts a link there.
    Files.writeString(file, "new\n");
  }
}
