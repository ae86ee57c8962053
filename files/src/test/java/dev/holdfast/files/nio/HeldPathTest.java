package dev.holdfast.files.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our paths beside the default file system's: the same text in, the same text out. */
class HeldPathTest {
  @TempDir Path temp;

  private static String text(Object object) {
    return Objects.toString(object);
  }

  private static <R> String outcome(java.util.concurrent.Callable<R> action) throws Exception {
    try {
      return text(action.call());
    } catch (IllegalArgumentException refused) {
      return "refused";
    }
  }

  @Test
  void agreesWithTheDefaultFileSystem() throws Exception {
    List<Function<Path, Object>> one =
        List.of(
            Path::toString,
            Path::isAbsolute,
            p -> text(p.getRoot()),
            p -> text(p.getFileName()),
            p -> text(p.getParent()),
            Path::getNameCount,
            Path::normalize,
            p -> p.getName(p.getNameCount() - 1),
            p -> p.subpath(0, Math.min(2, p.getNameCount())),
            p -> {
              StringBuilder all = new StringBuilder();
              p.forEach(name -> all.append(name).append('|'));
              return all;
            });
    List<BiFunction<Path, Path, Object>> two =
        List.of(
            Path::resolve,
            Path::resolveSibling,
            Path::startsWith,
            Path::endsWith,
            Path::equals,
            (a, b) -> Integer.signum(a.compareTo(b)),
            // The JDK drops dots, we keep those that lead to nothing else.
            (a, b) -> a.relativize(b).normalize());
    Random random = new Random(11);
    try (Directory directory = Directory.open(temp)) {
      var ours = DirectoryFileSystem.of(directory);
      for (int i = 0; i < 20_000; i++) {
        String a = random(random);
        String b = random(random);
        for (Function<Path, Object> operation : one) {
          assertEquals(
              outcome(() -> operation.apply(Path.of(a))),
              outcome(() -> operation.apply(ours.getPath(a))),
              a);
        }
        for (int n = 0; n < two.size(); n++) {
          if (n == 6 && (a + "/" + b).contains("..")) {
            // The JDK guesses what .. leads to, and we do not.
            continue;
          }
          BiFunction<Path, Path, Object> operation = two.get(n);
          assertEquals(
              outcome(() -> operation.apply(Path.of(a), Path.of(b))),
              outcome(() -> operation.apply(ours.getPath(a), ours.getPath(b))),
              n + ": " + a + " and " + b);
        }
      }
    }
  }

  private static String random(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "/" : "");
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(List.of("a", "b", "cc", "..", ".", "a").get(random.nextInt(6)));
      text.append("/".repeat(random.nextInt(3)));
    }
    return text.toString();
  }

  @Test
  void relativizeUndoesResolve() throws IOException {
    Random random = new Random(12);
    try (Directory directory = Directory.open(temp)) {
      var ours = DirectoryFileSystem.of(directory);
      for (int i = 0; i < 20_000; i++) {
        Path a = ours.getPath(random(random));
        Path b = ours.getPath(random(random));
        if (!b.isAbsolute()) {
          assertEquals(b, a.relativize(a.resolve(b)), a + " and " + b);
        }
      }
    }
  }

  @Test
  void isNoPathOfAnotherFileSystem() throws IOException {
    try (Directory one = Directory.open(temp);
        Directory two = Directory.open(temp)) {
      Path path = DirectoryFileSystem.of(one).getPath("a");
      assertThrows(ProviderMismatchException.class, () -> path.resolve(Path.of("b")));
      assertThrows(
          ProviderMismatchException.class,
          () -> path.resolve(DirectoryFileSystem.of(two).getPath("b")));
      assertThrows(UnsupportedOperationException.class, path::toFile);
      assertThrows(InvalidPathException.class, () -> path.resolve("a\0b"));
    }
  }

  @Test
  void isComparedOnlyWithItsKind() throws Exception {
    try (Directory directory = Directory.open(temp);
        FileSystem fs = DirectoryFileSystem.of(directory)) {
      Path path = fs.getPath("a");
      assertThrows(ClassCastException.class, () -> path.compareTo(temp));
      assertTrue(path.compareTo(fs.getPath("b")) < 0);
    }
  }
}
