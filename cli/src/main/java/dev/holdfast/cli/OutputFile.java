package dev.holdfast.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A file that a command leaves behind: whole, or not at all.
 *
 * <p>It is asked about before the work begins, since nobody wants to hear after an hour that there
 * is no place for the result.
 */
final class OutputFile {
  /** What goes into the file. */
  @FunctionalInterface
  interface Content {
    void writeTo(Writer out) throws IOException;
  }

  private final String option;
  private final Path file;

  /**
   * @param option the option that named it, for messages
   * @throws CommandFailure if it cannot be written there
   */
  OutputFile(String option, Path file) {
    this.option = option;
    this.file = file;
    Path directory = directory();
    if (!Files.isDirectory(directory)) {
      throw CommandFailure.usage(
          option, file + ": the directory " + directory + " does not exist (ENOENT)");
    }
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage(option, file + ": is a directory (EISDIR)");
    }
    if (!Files.isWritable(isSpecial() ? file : directory)) {
      throw CommandFailure.usage(option, file + ": cannot be written there (EACCES)");
    }
  }

  private Path directory() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? Path.of("/") : parent;
  }

  /** A terminal, a pipe, /dev/null: to be written to, and never to be replaced. */
  private boolean isSpecial() {
    return Files.exists(file) && !Files.isRegularFile(file);
  }

  /** Writes the content, then gives it its name in one step. */
  void write(Content content) {
    try {
      if (isSpecial()) {
        try (Writer out = Files.newBufferedWriter(file, StandardOpenOption.WRITE)) {
          content.writeTo(out);
        }
        return;
      }
      byte[] random = new byte[16];
      new SecureRandom().nextBytes(random);
      Path name = file.toAbsolutePath().getFileName();
      Path whole = directory().resolve("." + name + "." + HexFormat.of().formatHex(random));
      try {
        try (Writer out =
            Files.newBufferedWriter(
                whole,
                StandardCharsets.UTF_8,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW)) {
          content.writeTo(out);
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(whole);
        throw e;
      }
    } catch (IOException e) {
      throw CommandFailure.undecided(option, file + ": could not be written: " + e.getMessage());
    }
  }
}
