package dev.holdfast.cli.command;

import static dev.holdfast.files.FileKind.CHARACTER_DEVICE;
import static dev.holdfast.files.FileKind.FIFO;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Replacement;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * A file that a command leaves behind: whole, or not at all.
 *
 * <p>It is asked about before the work begins, since nobody wants to hear after an hour that there
 * is no place for the result.
 */
public final class OutputFile {
  /** What goes into the file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Writer out) throws IOException;
  }

  private static final Pattern OUR_STREAMS =
      Pattern.compile("/dev/(stdout|stderr|fd/[0-9]+)|/proc/self/fd/[0-9]+");

  private final String option;
  private final Path file;

  /**
   * @param option the option that named it, for messages
   * @throws CommandFailure if it cannot be written there
   */
  public OutputFile(String option, Path file) {
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
    if (!isOurs() && Files.isSymbolicLink(file)) {
      throw CommandFailure.usage(
          option,
          file + ": is a symbolic link, which is not followed [S05]; name what it leads to");
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
    return isOurs()
        || (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
            && !Files.isSymbolicLink(file)
            && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** /dev/stdout and its like: links that only the kernel and root make. */
  private boolean isOurs() {
    return OUR_STREAMS.matcher(file.toString()).matches();
  }

  /**
   * Writes the content, then gives it its name in one step. Whatever somebody else puts there
   * meanwhile is not written to.
   */
  public void write(Content content) {
    try {
      if (isOurs()) {
        try (Writer out = Files.newBufferedWriter(file, StandardOpenOption.WRITE)) {
          content.writeTo(out);
        }
      } else if (isSpecial()) {
        try (OpenFile special = OpenFile.open(file, Opening.write().kinds(FIFO, CHARACTER_DEVICE));
            Writer out = new OutputStreamWriter(special.outputStream(), UTF_8)) {
          content.writeTo(out);
        }
      } else {
        replace(content);
      }
    } catch (IOException e) {
      throw CommandFailure.undecided(option, file + ": could not be written: " + e.getMessage());
    }
  }

  private void replace(Content content) throws IOException {
    AtomicReplace replace = AtomicReplace.of(file);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      replace = replace.mode(0666 & ~(int) ProcFile.ownStatus("Umask", 8, 077));
    }
    try (Replacement whole = replace.begin()) {
      try (Writer out = new OutputStreamWriter(whole.file().outputStream(), UTF_8)) {
        content.writeTo(out);
      }
      whole.commit();
    }
  }
}
