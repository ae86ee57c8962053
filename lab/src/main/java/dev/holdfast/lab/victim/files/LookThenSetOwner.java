package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;

/** S12 as it is usually written in Java: {@code LookThenSetOwner UID FILE}. */
final class LookThenSetOwner {
  private LookThenSetOwner() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + ": is not a regular file");
    }
    // Here, or long before, the user puts a hard link to another file there.
    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setOwner(
            file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(args[0]));
  }
}
