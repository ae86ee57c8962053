package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;

/** S19 with the JDK's secure directory streams: {@code SecureStreamClean DIRECTORY}. */
final class SecureStreamClean {
  private SecureStreamClean() {}

  public static void main(String[] args) throws IOException {
    Instant limit = Instant.now().minus(Duration.ofDays(10));
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(Path.of(args[0]))) {
      clean((SecureDirectoryStream<Path>) stream, limit);
    }
  }

  /** Nothing leads it out of the directory: all is done relative to descriptors. */
  private static void clean(SecureDirectoryStream<Path> directory, Instant limit)
      throws IOException {
    for (Path entry : directory) {
      Path name = entry.getFileName();
      BasicFileAttributes attributes =
          directory
              .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      if (attributes.isDirectory()) {
        try (var below = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
          clean(below, limit);
        }
      } else if (attributes.lastModifiedTime().toInstant().isBefore(limit)) {
        // By now the name may belong to another file.
        directory.deleteFile(name);
      }
    }
  }
}
