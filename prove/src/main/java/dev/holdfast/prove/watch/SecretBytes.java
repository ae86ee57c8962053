package dev.holdfast.prove.watch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pieces by which the bytes of a file are known again elsewhere: sixteen at a time, or all of a
 * shorter one.
 */
public final class SecretBytes {
  private static final int PIECE = 16;

  /** Shorter ones, and what is all alike, occur by chance. */
  private static final int SHORTEST = 5;

  private static final int FEWEST_DIFFERENT = 4;
  private static final long BASE = 1_000_003;

  private final List<byte[]> pieces;

  private SecretBytes(List<byte[]> pieces) {
    this.pieces = pieces;
  }

  /** The pieces of this text. */
  public static SecretBytes of(byte[] text) {
    List<byte[]> pieces = new ArrayList<>();
    byte[] whole =
        new String(text, StandardCharsets.ISO_8859_1).strip().getBytes(StandardCharsets.ISO_8859_1);
    if (whole.length < PIECE) {
      add(pieces, whole);
      return new SecretBytes(pieces);
    }
    for (int start = 0, line = 0; start + PIECE <= text.length; start++) {
      boolean atLine = start == 0 || text[start - 1] == '\n';
      line = atLine ? start : line;
      if ((start - line) % PIECE == 0) {
        add(pieces, Arrays.copyOfRange(text, start, start + PIECE));
      }
    }
    return new SecretBytes(pieces);
  }

  private static void add(List<byte[]> pieces, byte[] piece) {
    boolean letter = false;
    for (byte b : piece) {
      letter |= b < 0 || Character.isLetter(b);
    }
    long different = new String(piece, StandardCharsets.ISO_8859_1).chars().distinct().count();
    if (piece.length >= SHORTEST && letter && different >= FEWEST_DIFFERENT) {
      pieces.add(piece);
    }
  }

  /** Those that do not stand in this text as well. */
  public SecretBytes without(byte[] text) {
    List<byte[]> common = in(text);
    return new SecretBytes(pieces.stream().filter(piece -> !common.contains(piece)).toList());
  }

  /** Whether one of them stands in this text. */
  public boolean isIn(byte[] text) {
    return !in(text).isEmpty();
  }

  private List<byte[]> in(byte[] text) {
    List<byte[]> found = new ArrayList<>();
    Map<Long, List<byte[]>> byHash = new HashMap<>();
    for (byte[] piece : pieces) {
      if (piece.length == PIECE) {
        byHash.computeIfAbsent(hash(piece), _ -> new ArrayList<>()).add(piece);
      } else if (indexOf(text, piece)) {
        found.add(piece);
      }
    }
    if (byHash.isEmpty() || text.length < PIECE) {
      return found;
    }
    long power = 1;
    for (int i = 1; i < PIECE; i++) {
      power *= BASE;
    }
    long hash = hash(Arrays.copyOf(text, PIECE));
    for (int start = 0; ; start++) {
      for (byte[] piece : byHash.getOrDefault(hash, List.of())) {
        if (Arrays.equals(piece, 0, PIECE, text, start, start + PIECE)) {
          found.add(piece);
        }
      }
      if (start + PIECE >= text.length) {
        return found;
      }
      hash = (hash - text[start] * power) * BASE + text[start + PIECE];
    }
  }

  private static long hash(byte[] piece) {
    long hash = 0;
    for (byte b : piece) {
      hash = hash * BASE + b;
    }
    return hash;
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
