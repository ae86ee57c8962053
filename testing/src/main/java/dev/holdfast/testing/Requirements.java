package dev.holdfast.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * What tests need of the machine they run on. Without it a test is skipped, and the reason names
 * what is missing.
 */
public final class Requirements {
  private Requirements() {}

  public static void root(String why) {
    Assumptions.assumeTrue(isRoot(), () -> "needs root: " + why);
  }

  /** {@return whether this process has the effective user 0, by the owner of its own directory} */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Skips where a program is missing.
   *
   * @param name of a program on the path, or an absolute path
   */
  public static void program(String name) {
    boolean there = name.startsWith("/") ? Files.isExecutable(Path.of(name)) : isOnPath(name);
    Assumptions.assumeTrue(there, () -> "needs the program " + name);
  }

  public static void compiler() {
    Assumptions.assumeTrue(compilerName() != null, "needs a C compiler");
  }

  /** Skips for a reason that somebody else found, or goes on if there is none. */
  public static void nothingAgainst(@Nullable String reason) {
    Assumptions.assumeTrue(reason == null, () -> String.valueOf(reason));
  }

  public static void x86() {
    Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs x86-64");
  }

  public static boolean isOnPath(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
        .anyMatch(d -> !d.isEmpty() && Files.isExecutable(Path.of(d, name)));
  }

  static @Nullable String compilerName() {
    return Stream.of("cc", "gcc", "clang").filter(Requirements::isOnPath).findFirst().orElse(null);
  }
}
