package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;

/** S19 as it is usually written in Java: {@code WalkAndDelete DIRECTORY}. */
final class WalkAndDelete {
  private WalkAndDelete() {}

  public static void main(String[] args) throws IOException {
    Instant limit = Instant.now().minus(Duration.ofDays(10));
    Files.walkFileTree(
        Path.of(args[0]),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.lastModifiedTime().toInstant().isBefore(limit)) {
              // By now directories on the way may be others.
              Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
