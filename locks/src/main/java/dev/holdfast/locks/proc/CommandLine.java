package dev.holdfast.locks.proc;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A process's arguments, for people: of a JVM what it runs, not how it was started. */
final class CommandLine {
  private static final int MOST = 200;

  /** Options of java(1) whose value is a word of its own. */
  private static final Set<String> WITH_VALUE =
      Set.of(
          "-cp",
          "-classpath",
          "--class-path",
          "-p",
          "--module-path",
          "--upgrade-module-path",
          "--add-modules",
          "--add-reads",
          "--add-exports",
          "--add-opens",
          "--limit-modules",
          "--patch-module",
          "--enable-native-access");

  private CommandLine() {}

  /**
   * In one line.
   *
   * @param arguments its own name first
   */
  static String shown(List<String> arguments) {
    String line = String.join(" ", essential(arguments)).strip();
    if (line.length() <= MOST) {
      return line;
    }
    // Not within a letter of two characters.
    return line.substring(0, MOST - (Character.isHighSurrogate(line.charAt(MOST - 1)) ? 1 : 0))
        + "…";
  }

  private static List<String> essential(List<String> arguments) {
    String program = arguments.getFirst();
    if (!program.substring(program.lastIndexOf('/') + 1).equals("java")) {
      return arguments;
    }
    int at = 1;
    while (at < arguments.size() && arguments.get(at).startsWith("-")) {
      String option = arguments.get(at);
      if (option.equals("-jar") || option.equals("-m") || option.equals("--module")) {
        at++;
        break;
      }
      at += WITH_VALUE.contains(option) ? 2 : 1;
    }
    if (at >= arguments.size()) {
      return arguments;
    }
    List<String> rest = arguments.subList(at, arguments.size());
    // Our own command is known by its name.
    return rest.getFirst().endsWith("dev.holdfast.cli.Main")
        ? concat("holdfast", rest.subList(1, rest.size()))
        : concat("java", rest);
  }

  private static List<String> concat(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }
}
