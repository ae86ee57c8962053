package dev.holdfast.findings.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Text for a terminal: harmless, and no wider than asked. */
public final class Text {
  /** The width that fits everywhere. */
  public static final int WIDTH = 100;

  private static final Pattern SAFE_IN_SHELL = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  /** Bytes of a name that are not UTF-8. */
  private static final int FIRST_BYTE = 0xDC80;

  private static final int LAST_BYTE = 0xDCFF;

  private static final String PUNCTUATION = "/.,;:=()[]{}|&-_";

  private Text() {}

  /**
   * The text without anything that a terminal would obey. File names come from the attacker: an
   * escape sequence in one must not reach the terminal of whoever reads the report.
   */
  public static String printable(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int length = Character.charCount(c);
      if (isObeyed(c)) {
        if (out == null) {
          out = new StringBuilder(text.length() + 16).append(text, 0, i);
        }
        out.append(escape(c));
      } else if (out != null) {
        out.appendCodePoint(c);
      }
      i += length;
    }
    return out == null ? text : out.toString();
  }

  /** Controls, and the invisible characters that turn the direction of writing. */
  public static boolean isObeyed(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String escape(int c) {
    if (c >= FIRST_BYTE && c <= LAST_BYTE) {
      return String.format("\\x%02x", c & 0xff);
    }
    return String.format(c < 0x80 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
  }

  /** One word of a shell's command line, quoted where it must be. */
  public static String shellWord(String word) {
    if (SAFE_IN_SHELL.matcher(word).matches()) {
      return word;
    }
    String safe = printable(word);
    if (safe.equals(word)) {
      return "'" + word.replace("'", "'\\''") + "'";
    }
    StringBuilder out = new StringBuilder("$'");
    word.codePoints()
        .forEach(
            c -> {
              if (isObeyed(c)) {
                out.append(escape(c));
              } else {
                out.append(c == '\'' || c == '\\' ? "\\" : "").appendCodePoint(c);
              }
            });
    return out.append('\'').toString();
  }

  /** A whole command line that a shell reads as these words. */
  public static String shellLine(List<String> words) {
    return String.join(" ", words.stream().map(Text::shellWord).toList());
  }

  /** Where to cut a word that is longer than a line: after punctuation if there is some late. */
  private static int breakWithin(String word, int width) {
    int end = word.offsetByCodePoints(0, width);
    for (int i = end - 1; i > end / 2; i--) {
      if (PUNCTUATION.indexOf(word.charAt(i)) >= 0 && PUNCTUATION.indexOf(word.charAt(i + 1)) < 0) {
        return i + 1;
      }
    }
    return end;
  }

  /**
   * The text in lines of at most {@code width} characters, broken between words, and within one
   * only where it is longer than a line.
   */
  public static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.trim().split("\\s+", -1)) {
      String rest = word;
      if (!line.isEmpty() && length(line) + 1 + length(rest) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (length(rest) > width) {
        int cut = breakWithin(rest, width);
        lines.add(rest.substring(0, cut));
        rest = rest.substring(cut);
      }
      line.append(line.isEmpty() ? "" : " ").append(rest);
    }
    lines.add(line.toString());
    return lines;
  }

  /**
   * At most {@code width} characters of it; the middle goes first, since names end in what matters.
   */
  public static String shorten(String text, int width) {
    int length = length(text);
    if (length <= width) {
      return text;
    }
    int head = (width - 1) / 3;
    int tail = width - 1 - head;
    return text.substring(0, text.offsetByCodePoints(0, head))
        + "…"
        + text.substring(text.offsetByCodePoints(text.length(), -tail));
  }

  /** {@code 1 window}, {@code 2 windows}. */
  public static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  static int length(CharSequence text) {
    return Character.codePointCount(text, 0, text.length());
  }
}
