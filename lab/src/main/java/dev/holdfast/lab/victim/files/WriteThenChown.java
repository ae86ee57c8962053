package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** S03 as it is usually written in Java: {@code WriteThenChown UID FILE}. */
final class WriteThenChown {
  private WriteThenChown() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    Files.writeString(file, "unpacked\n", StandardOpenOption.CREATE_NEW);
    // Here the user replaces the file by a link to somebody else's.
    Files.setOwner(
        file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(args[0]));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
