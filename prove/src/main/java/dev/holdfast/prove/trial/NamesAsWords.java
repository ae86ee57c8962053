package dev.holdfast.prove.trial;

import dev.holdfast.prove.watch.Raw;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files whose names are more than a name to whoever takes them for words: a list of names divided
 * at its lines, options of tar(1), commands for Perl's open, a command that a shell puts into its
 * line. Each leads to a protected file, or to the attacker's own program.
 */
final class NamesAsWords {
  private static final String PROGRAM = "0";
  static final String SCRIPT = "0.sh";

  /** A slash, which no name can have, for a shell in a directory with an absolute name. */
  private static final String SLASH = "${PWD%%[.0-9A-Z_a-z]*}";

  private static final int NAME_MAX = 255;

  /** Of now and, for whoever takes what has not been changed for a time, of long ago. */
  private static final List<String> LISTS = List.of("0\n", "2\n");

  private NamesAsWords() {}

  /**
   * The names, with directories before what is in them, and what is in the files.
   *
   * @param directory where they are made, raw
   * @param program leaves its mark when it is run
   */
  static Map<String, byte[]> in(String directory, byte[] program) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String list : LISTS) {
      files.put(list + Vault.SECRET, new byte[0]);
    }
    files.put(PROGRAM, program);
    files.put(SCRIPT, program);
    files.put("--checkpoint=1", new byte[0]);
    files.put("--checkpoint-action=exec=sh " + SCRIPT, new byte[0]);
    files.put(PROGRAM + "|", new byte[0]);
    files.put("sh " + SCRIPT + "|", new byte[0]);
    String path = Raw.join(directory, SCRIPT).replace("/", SLASH);
    String command = "$(sh<" + path + ")";
    if (command.length() <= NAME_MAX) {
      files.put(command, new byte[0]);
    }
    return files;
  }
}
