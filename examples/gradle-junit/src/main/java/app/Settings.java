package app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a file where others may write, too. */
public final class Settings {
  private Settings() {}

  /** Follows whatever link stands there. */
  public static void save(Path file) throws IOException {
    Files.writeString(file, "colour=blue\n");
  }

  /** Makes the file, or fails. */
  public static void create(Path file) throws IOException {
    Files.writeString(file, "colour=blue\n", StandardOpenOption.CREATE_NEW);
  }
}
