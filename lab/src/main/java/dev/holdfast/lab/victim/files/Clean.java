package dev.holdfast.lab.victim.files;

import dev.holdfast.files.tree.Cleaner;
import dev.holdfast.files.tree.CleaningRules;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** S19 with Holdfast: {@code Clean DIRECTORY}. */
final class Clean {
  private Clean() {}

  public static void main(String[] args) throws IOException {
    CleaningRules rules =
        CleaningRules.olderThan(Duration.ofDays(10)).by(CleaningRules.Time.MODIFY);
    Cleaner.clean(Path.of(args[0]), rules, event -> {});
  }
}
