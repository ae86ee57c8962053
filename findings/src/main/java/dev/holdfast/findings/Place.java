package dev.holdfast.findings;

import org.jspecify.annotations.Nullable;

/** Where a finding is. */
@SuppressWarnings("exports") // who uses this needs no jspecify
public sealed interface Place {
  /**
   * In a source file.
   *
   * @param file as the user named it, with {@code /}; relative to the working directory or absolute
   * @param line from 1, or 0 for the file as a whole
   * @param column from 1, or 0 for the line as a whole
   */
  record Source(String file, int line, int column) implements Place {
    @Override
    public String describe() {
      return file + (line == 0 ? "" : ":" + line + (column == 0 ? "" : ":" + column));
    }
  }

  /**
   * At a moment in the run of a program, which need not have sources.
   *
   * @param program its command line, printable
   * @param window the stable id of the moment
   * @param moment the moment in words: call, path, task
   * @param source the line that makes the call, or the file that leads to it; null if nothing is
   *     known of it
   */
  record Run(String program, String window, String moment, @Nullable Source source)
      implements Place {
    /** Nobody knows from which source. */
    public Run(String program, String window, String moment) {
      this(program, window, moment, null);
    }

    @Override
    public String describe() {
      return source == null || source.line() == 0 ? moment : moment + ", at " + source.describe();
    }
  }

  /** For people, on one line. */
  String describe();
}
