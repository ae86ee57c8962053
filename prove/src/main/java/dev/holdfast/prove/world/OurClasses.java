package dev.holdfast.prove.world;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A world may hide the files that our own classes come from, and a class can be needed in a world
 * first.
 */
final class OurClasses {
  private static final String SUFFIX = ".class";

  private OurClasses() {}

  /** Sees to it that none is looked for by name any more. */
  static void open(List<OwnDirectory> hidden) {
    ClassLoader loader = OurClasses.class.getClassLoader();
    try {
      // To look for what is in none of the archives opens all, and they stay open.
      loader.getResources("no-such-name").asIterator().forEachRemaining(_ -> {});
      for (Class<?> each : List.of(OurClasses.class, FileName.class, Row.class, Errno.class)) {
        Path directory = directory(each);
        if (directory != null && isBelow(directory, hidden)) {
          load(directory, loader);
        }
      }
    } catch (IOException | ClassNotFoundException e) {
      throw new WorldException("our own classes cannot be read: " + e.getMessage(), e);
    }
  }

  /** Where a build has put them, if they are in no archive. */
  private static @Nullable Path directory(Class<?> one) {
    CodeSource source = one.getProtectionDomain().getCodeSource();
    try {
      Path path = source == null ? null : Path.of(source.getLocation().toURI());
      return path != null && Files.isDirectory(path) ? path.toRealPath() : null;
    } catch (URISyntaxException | IOException | FileSystemNotFoundException elsewhere) {
      return null;
    }
  }

  private static boolean isBelow(Path directory, List<OwnDirectory> hidden) {
    return hidden.stream().anyMatch(own -> directory.startsWith(own.path()));
  }

  private static void load(Path directory, ClassLoader loader)
      throws IOException, ClassNotFoundException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = directory.relativize(file).toString();
        if (name.endsWith(SUFFIX) && !name.endsWith("-info.class")) {
          String type = name.substring(0, name.length() - SUFFIX.length()).replace('/', '.');
          Class.forName(type, false, loader);
        }
      }
    }
  }
}
