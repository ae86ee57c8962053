package dev.holdfast.prove.watch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The program that the kernel runs a file with, execve(2): the interpreter of a script, and the
 * dynamic loader of an ELF program, elf(5). It is opened by its name within the same call.
 */
final class Interpreter {
  /** So much of a file tells. */
  static final int START = 4096;

  private static final byte[] ELF = {0x7f, 'E', 'L', 'F', 2, 1};
  private static final int PROGRAM_HEADERS = 32;
  private static final int HEADER_SIZE = 54;
  private static final int HEADER_COUNT = 56;
  private static final int PT_INTERP = 3;

  private Interpreter() {}

  /**
   * Its name as it is spelled in the file; empty if there is none.
   *
   * @param start of the file
   */
  static byte[] of(byte[] start) {
    if (start.length > 2 && start[0] == '#' && start[1] == '!') {
      return ofScript(start);
    }
    return Arrays.mismatch(start, ELF) == ELF.length ? ofElf(start) : new byte[0];
  }

  private static byte[] ofScript(byte[] start) {
    int from = 2;
    while (from < start.length && isBlank(start[from])) {
      from++;
    }
    int to = from;
    while (to < start.length && !isBlank(start[to]) && start[to] != '\n' && start[to] != 0) {
      to++;
    }
    return Arrays.copyOfRange(start, from, to);
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || character == '\t';
  }

  private static byte[] ofElf(byte[] start) {
    ByteBuffer file = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    try {
      long headers = file.getLong(PROGRAM_HEADERS);
      for (int i = 0; i < file.getShort(HEADER_COUNT); i++) {
        int header = Math.toIntExact(headers + (long) i * file.getShort(HEADER_SIZE));
        if (file.getInt(header) == PT_INTERP) {
          int from = Math.toIntExact(file.getLong(header + 8));
          int to = from;
          while (file.get(to) != 0) {
            to++;
          }
          return Arrays.copyOfRange(start, from, to);
        }
      }
    } catch (IndexOutOfBoundsException | ArithmeticException farOrBroken) {
      // The kernel reads it wherever it is; who has it elsewhere does without.
    }
    return new byte[0];
  }
}
