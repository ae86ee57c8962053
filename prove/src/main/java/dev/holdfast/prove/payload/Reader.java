package dev.holdfast.prove.payload;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Who reads a planted file, and in place of what.
 *
 * @param name the entry's name, raw
 * @param original what stood there, or its beginning; empty if nothing did
 * @param command the reading program with its arguments, raw; empty if it is not known
 */
public record Reader(String name, byte[] original, List<String> command) {
  public Reader {
    command = List.copyOf(command);
  }

  /** The interpreter without its directory and version: {@code python} for python3.11. */
  String interpreter() {
    return command.isEmpty() ? "" : base(command.getFirst());
  }

  /** The interpreter that the original's first line names; empty if none. */
  String shebang() {
    if (!startsWith('#', '!')) {
      return "";
    }
    String line =
        new String(original, StandardCharsets.ISO_8859_1).lines().findFirst().orElse("#!");
    String found = "";
    for (String word : line.substring(2).strip().split("\\s+", -1)) {
      boolean option = word.startsWith("-") || word.contains("=");
      if (!option && (found.isEmpty() || found.equals("env"))) {
        found = base(word);
      }
    }
    return found;
  }

  private static String base(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    // A login shell is "-sh".
    return name.replaceFirst("^-", "").replaceFirst("[-0-9.]+$", "");
  }

  boolean hasSuffix(String... suffixes) {
    for (String suffix : suffixes) {
      if (name.endsWith(suffix)) {
        return true;
      }
    }
    return false;
  }

  boolean startsWith(int... bytes) {
    if (original.length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((original[i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
