package dev.holdfast.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that only this user can enter; gone after use, with all that is in it. */
final class PrivateDirectory implements AutoCloseable {
  private final Path path;

  PrivateDirectory(Path parent) throws IOException {
    path = Files.createTempDirectory(parent, Workshop.PREFIX);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(path)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
