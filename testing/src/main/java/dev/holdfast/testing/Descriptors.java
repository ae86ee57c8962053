package dev.holdfast.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The descriptors of this process. */
public final class Descriptors {
  private Descriptors() {}

  /** {@return how many are open, the one that looks among them} */
  public static long count() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  /** {@return what those lead to that are of interest} */
  public static Set<String> targets(Predicate<String> interesting) throws IOException {
    Set<String> targets = new TreeSet<>();
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path one : open.toList()) {
        String target = target(one);
        if (interesting.test(target)) {
          targets.add(target);
        }
      }
    }
    return targets;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
