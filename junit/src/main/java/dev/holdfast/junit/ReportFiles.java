package dev.holdfast.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where the reports of tests go. */
final class ReportFiles {
  /** How many were written for each name in this JVM. */
  private static final Map<Path, Integer> WRITTEN = new ConcurrentHashMap<>();

  private ReportFiles() {}

  static Path write(String name, String html) {
    Path plain = directory().resolve(name.replaceAll("[^A-Za-z0-9._-]", "_") + ".html");
    int number = WRITTEN.merge(plain, 1, Integer::sum);
    Path file =
        number == 1
            ? plain
            : plain.resolveSibling(
                plain.getFileName().toString().replaceAll("\\.html$", "-" + number + ".html"));
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, html);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As told, or where the build puts what it makes. */
  private static Path directory() {
    String told = System.getProperty(Prove.REPORTS, "");
    if (!told.isEmpty()) {
      return Path.of(told).toAbsolutePath();
    }
    boolean gradle =
        Files.exists(Path.of("build.gradle")) || Files.exists(Path.of("build.gradle.kts"));
    return Path.of(gradle ? "build/reports/holdfast" : "target/holdfast-reports").toAbsolutePath();
  }
}
