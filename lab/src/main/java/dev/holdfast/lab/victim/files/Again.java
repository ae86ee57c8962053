package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.util.Arrays;

/** S18, a program asked for the same many times: {@code Again TRIES PROGRAM ARGS...}. */
final class Again {
  /** What is done each time. */
  @FunctionalInterface
  private interface Program {
    void main(String[] args) throws IOException;
  }

  private Again() {}

  public static void main(String[] args) {
    int tries = Integer.parseInt(args[0]);
    Program program =
        switch (args[1]) {
          case "CheckThenWrite" -> CheckThenWrite::main;
          case "OpenThenCheck" -> OpenThenCheck::main;
          default -> throw new IllegalArgumentException(args[1]);
        };
    String[] rest = Arrays.copyOfRange(args, 2, args.length);
    for (int i = 0; i < tries; i++) {
      try {
        program.main(rest);
        System.out.println("written");
      } catch (IOException refused) {
        // The next user may be honest.
      }
    }
  }
}
