package dev.holdfast.prove.watch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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

  private static final int MARKS = 1 << 16;
  private static final long BASE = 1_000_003;

  /** What goes out of the hash when the next byte comes in. */
  private static final long POWER = power();

  /** Some bytes of a file of this name. */
  private record Piece(String source, byte[] bytes) {
    boolean isAt(byte[] text, int start) {
      return Arrays.equals(bytes, 0, PIECE, text, start, start + PIECE);
    }
  }

  private final Map<Long, List<Piece>> byHash = new HashMap<>();
  private final List<Piece> shorter = new ArrayList<>();

  /** How many pieces a file has. */
  private final Map<String, Integer> sizes = new HashMap<>();

  /** Most places of a text are told by this to begin no piece. */
  private final BitSet marks = new BitSet(MARKS);

  /** The pieces of one text. */
  public static SecretBytes of(byte[] text) {
    SecretBytes secret = new SecretBytes();
    secret.add("", text);
    return secret;
  }

  /** Adds the pieces of a file's text. */
  void add(String source, byte[] text) {
    byte[] whole =
        new String(text, StandardCharsets.ISO_8859_1).strip().getBytes(StandardCharsets.ISO_8859_1);
    if (whole.length < PIECE) {
      if (isTelling(whole)) {
        shorter.add(new Piece(source, whole));
      }
      return;
    }
    int size = 0;
    for (int start = 0, line = 0; start + PIECE <= text.length; start++) {
      boolean atLine = start == 0 || text[start - 1] == '\n';
      line = atLine ? start : line;
      if ((start - line) % PIECE == 0) {
        byte[] bytes = Arrays.copyOfRange(text, start, start + PIECE);
        if (isTelling(bytes)) {
          size++;
          long hash = hash(bytes);
          marks.set(mark(hash));
          byHash.computeIfAbsent(hash, _ -> new ArrayList<>(1)).add(new Piece(source, bytes));
        }
      }
    }
    sizes.put(source, size);
  }

  private static boolean isTelling(byte[] piece) {
    boolean letter = false;
    for (byte b : piece) {
      letter |= b < 0 || Character.isLetter(b);
    }
    long different = new String(piece, StandardCharsets.ISO_8859_1).chars().distinct().count();
    return piece.length >= SHORTEST
        && letter
        && different >= FEWEST_DIFFERENT
        && longestRow(piece) < ALPHABET;
  }

  /** How many bytes follow one another as in an alphabet or a table. */
  private static int longestRow(byte[] piece) {
    int longest = 1;
    int row = 1;
    for (int i = 1; i < piece.length; i++) {
      row = piece[i] == piece[i - 1] + 1 ? row + 1 : 1;
      longest = Math.max(longest, row);
    }
    return longest;
  }

  /** Adds all that another one has. */
  void addAll(SecretBytes other) {
    other.byHash.forEach(
        (hash, pieces) -> byHash.computeIfAbsent(hash, _ -> new ArrayList<>(1)).addAll(pieces));
    marks.or(other.marks);
    sizes.putAll(other.sizes);
    shorter.addAll(other.shorter);
  }

  boolean isEmpty() {
    return byHash.isEmpty() && shorter.isEmpty();
  }

  /** Takes out what stands in this text as well. */
  void remove(byte[] text) {
    shorter.removeIf(piece -> indexOf(text, piece.bytes));
    Set<Long> empty = new HashSet<>();
    each(
        text,
        (hash, start) -> {
          List<Piece> pieces = byHash.getOrDefault(hash, List.of());
          pieces.removeIf(piece -> piece.isAt(text, start));
          if (pieces.isEmpty()) {
            empty.add(hash);
          }
        });
    byHash.keySet().removeAll(empty);
  }

  /** Whether one of them stands in this text. */
  public boolean isIn(byte[] text) {
    return !sourcesIn(text).isEmpty();
  }

  /** The files of which pieces stand in this text, at enough places. */
  Set<String> sourcesIn(byte[] text) {
    Map<String, Set<Integer>> found = new LinkedHashMap<>();
    for (Piece piece : shorter) {
      if (indexOf(text, piece.bytes)) {
        found.computeIfAbsent(piece.source, _ -> new HashSet<>()).add(-1);
      }
    }
    each(
        text,
        (hash, start) -> {
          for (Piece piece : byHash.getOrDefault(hash, List.of())) {
            if (piece.isAt(text, start)) {
              found.computeIfAbsent(piece.source, _ -> new HashSet<>()).add(start);
            }
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
    if (byHash.isEmpty() || text.length < PIECE) {
      return;
    }
    long hash = hash(Arrays.copyOf(text, PIECE));
    for (int start = 0; ; start++) {
      if (marks.get(mark(hash)) && byHash.containsKey(hash)) {
        visitor.at(hash, start);
      }
      if (start + PIECE >= text.length) {
        return;
      }
      hash = (hash - text[start] * POWER) * BASE + text[start + PIECE];
    }
  }

  private static int mark(long hash) {
    return (int) (hash ^ hash >>> 32) & (MARKS - 1);
  }

  private static long hash(byte[] piece) {
    long hash = 0;
    for (byte b : piece) {
      hash = hash * BASE + b;
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
