package dev.holdfast.cli;

import java.nio.file.Path;

/** The name of a file that is to be made or written. */
final class FileOperand {
  private FileOperand() {}

  /**
   * @throws CommandFailure for what can only be a directory: {@code /}, or what ends in {@code .}
   *     or {@code ..}
   */
  static void check(Path file) {
    Path last = file.getFileName();
    if (last == null || last.toString().equals(".") || last.toString().equals("..")) {
      throw CommandFailure.usage(file.toString(), "is a directory (EISDIR); name a file");
    }
  }
}
