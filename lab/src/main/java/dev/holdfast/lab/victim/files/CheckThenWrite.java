package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;

/** S01 as it is usually written in Java: {@code CheckThenWrite UID FILE TEXT}. */
final class CheckThenWrite {
  private CheckThenWrite() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    UserPrincipal user =
        file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(args[0]);

    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    if (!attributes.owner().equals(user)) {
      throw new IOException(file + ": is somebody else's");
    }
    if (!attributes.isRegularFile()) {
      throw new IOException(file + ": is not a regular file");
    }
    // Here the user replaces the file by a link to somebody else's.
    try (var out = Files.newOutputStream(file)) {
      out.write(args[2].getBytes(java.nio.charset.StandardCharsets.UTF_8));
      out.write('\n');
    }
  }
}
