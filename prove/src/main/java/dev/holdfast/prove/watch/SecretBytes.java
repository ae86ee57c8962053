package dev.holdfast.prove.watch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pieces by which the bytes of files are known again elsewhere: sixteen at a time, or all of a
 * shorter one. A text is looked through once, however many files there are.
 *
 * <p>Threads: one at a time.
 */
public final class SecretBytes {
  private static final int PIECE = 16;

  /** Shorter ones, and what is all alike, occur by chance. */
  private static final int SHORTEST = 5;

  private static final int FEWEST_DIFFERENT = 4;

  /** So many letters or digits in their order stand in many a program. */
  private static final int ALPHABET = 6;

  /**
   * Of a large file some piece stands elsewhere by chance: of each so many it must at one more
   * place.
   */
  private static final int LARGE = 4096;

  private static final long BASE = 1_000_003;

  /** What goes out of the hash when the next byte comes in. */
  private static final long POWER = power();

  /** All of a file of this name that is shorter than a piece. */
  private record ShortFile(String source, byte[] bytes) {}

  private final List<ShortFile> shorter = new ArrayList<>();
  private final PieceTable pieces = new PieceTable(PIECE);

  /** How many pieces a file has. */
  private final Map<String, Integer> sizes = new HashMap<>();

  /** The pieces of one text, and of what it says in another form. */
  public static SecretBytes of(byte[] text) {
    SecretBytes secret = new SecretBytes();
    Decoded.of(text).forEach(form -> secret.add("", form));
    return secret;
  }

  /** Adds the pieces of a file's text. */
  void add(String source, byte[] text) {
    byte[] whole =
        new String(text, StandardCharsets.ISO_8859_1).strip().getBytes(StandardCharsets.ISO_8859_1);
    if (whole.length < PIECE) {
      if (isTelling(whole, 0, whole.length)) {
        shorter.add(new ShortFile(source, whole));
      }
      return;
    }
    int size = 0;
    for (int start = 0, line = 0; start + PIECE <= text.length; start++) {
      boolean atLine = start == 0 || text[start - 1] == '\n';
      line = atLine ? start : line;
      if ((start - line) % PIECE == 0) {
        if (isTelling(text, start, start + PIECE)) {
          size++;
          pieces.add(source, text, start, hash(text, start));
        }
      }
    }
    sizes.merge(source, size, Math::max);
  }

  private static boolean isTelling(byte[] text, int start, int end) {
    return end - start >= SHORTEST
        && hasLetter(text, start, end)
        && different(text, start, end) >= FEWEST_DIFFERENT
        && longestRow(text, start, end) < ALPHABET;
  }

  private static boolean hasLetter(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] < 0 || Character.isLetter(text[i])) {
        return true;
      }
    }
    return false;
  }

  /** How many of the bytes are different, up to what is asked for. */
  private static int different(byte[] text, int start, int end) {
    int different = 0;
    for (int i = start; i < end && different < FEWEST_DIFFERENT; i++) {
      boolean known = false;
      for (int k = start; k < i && !known; k++) {
        known = text[k] == text[i];
      }
      different += known ? 0 : 1;
    }
    return different;
  }

  /** How many bytes follow one another as in an alphabet or a table. */
  private static int longestRow(byte[] text, int start, int end) {
    int longest = 1;
    int row = 1;
    for (int i = start + 1; i < end; i++) {
      row = text[i] == text[i - 1] + 1 ? row + 1 : 1;
      longest = Math.max(longest, row);
    }
    return longest;
  }

  boolean isEmpty() {
    return pieces.isEmpty() && shorter.isEmpty();
  }

  /** Takes out what stands in this text as well. */
  void remove(byte[] text) {
    shorter.removeIf(piece -> indexOf(text, piece.bytes));
    each(text, (hash, start) -> pieces.remove(text, start, hash));
  }

  /** Whether one of them stands in this text, in whatever form. */
  public boolean isIn(byte[] text) {
    return Decoded.of(text).stream().anyMatch(form -> !sourcesIn(form).isEmpty());
  }

  /** The files of which pieces stand in this text, at enough places. */
  Set<String> sourcesIn(byte[] text) {
    Map<String, Set<Integer>> found = new LinkedHashMap<>();
    for (ShortFile piece : shorter) {
      if (indexOf(text, piece.bytes)) {
        found.computeIfAbsent(piece.source, _ -> new HashSet<>()).add(-1);
      }
    }
    each(
        text,
        (hash, start) -> {
          for (String source : pieces.sources(text, start, hash)) {
            found.computeIfAbsent(source, _ -> new HashSet<>()).add(start);
          }
        });
    found
        .entrySet()
        .removeIf(f -> f.getValue().size() <= sizes.getOrDefault(f.getKey(), 0) / LARGE);
    return found.keySet();
  }

  private interface Visitor {
    void at(long hash, int start);
  }

  /** Where in a text a piece may stand. */
  private void each(byte[] text, Visitor visitor) {
    if (pieces.isEmpty() || text.length < PIECE) {
      return;
    }
    long hash = hash(text, 0);
    for (int start = 0; ; start++) {
      if (pieces.mayHave(hash)) {
        visitor.at(hash, start);
      }
      if (start + PIECE >= text.length) {
        return;
      }
      hash = (hash - text[start] * POWER) * BASE + text[start + PIECE];
    }
  }

  private static long hash(byte[] text, int start) {
    long hash = 0;
    for (int i = start; i < start + PIECE; i++) {
      hash = hash * BASE + text[i];
    }
    return hash;
  }

  private static long power() {
    long power = 1;
    for (int i = 1; i < PIECE; i++) {
      power *= BASE;
    }
    return power;
  }

  private static boolean indexOf(byte[] text, byte[] piece) {
    for (int start = 0; start + piece.length <= text.length; start++) {
      if (Arrays.equals(piece, 0, piece.length, text, start, start + piece.length)) {
        return true;
      }
    }
    return false;
  }
}
