package dev.holdfast.prove.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pieces of one length, each with the names of the files it stands in: a hash table in arrays, for
 * a large file has as many pieces as a sixteenth of its bytes, and a text is asked about at each of
 * its own.
 *
 * <p>Threads: one at a time.
 */
final class PieceTable {
  private static final int FIRST_SLOTS = 1 << 10;
  private static final int NONE = -1;

  private final int length;

  /** Where a hash's piece is in the arrays below; {@link #NONE} for nowhere. */
  private int[] slots = emptySlots(FIRST_SLOTS);

  private int count;
  private int removed;
  private long[] hashes = new long[FIRST_SLOTS];
  private byte[][] texts = new byte[FIRST_SLOTS][];
  private int[] starts = new int[FIRST_SLOTS];

  /** The last of its files; {@link #NONE} for a piece that was removed. */
  private int[] lastFiles = new int[FIRST_SLOTS];

  private final List<File> files = new ArrayList<>();

  /**
   * A file that has a piece.
   *
   * @param before another one that has it; {@link #NONE} for no more
   */
  private record File(String name, int before) {}

  PieceTable(int length) {
    this.length = length;
  }

  boolean isEmpty() {
    return count == removed;
  }

  /** Adds a piece; those of one file one after the other. */
  void add(String file, byte[] text, int start, long hash) {
    int slot = slot(text, start, hash);
    int piece = slots[slot];
    if (piece == NONE) {
      piece = append(text, start, hash);
      slots[slot] = piece;
    } else if (lastFiles[piece] == NONE) {
      removed--;
    } else if (files.get(lastFiles[piece]).name.equals(file)) {
      return;
    }
    files.add(new File(file, lastFiles[piece]));
    lastFiles[piece] = files.size() - 1;
    if (count * 2 > slots.length) {
      grow();
    }
  }

  private int append(byte[] text, int start, long hash) {
    if (count == hashes.length) {
      int more = count * 2;
      hashes = Arrays.copyOf(hashes, more);
      texts = Arrays.copyOf(texts, more);
      starts = Arrays.copyOf(starts, more);
      lastFiles = Arrays.copyOf(lastFiles, more);
    }
    hashes[count] = hash;
    texts[count] = text;
    starts[count] = start;
    lastFiles[count] = NONE;
    return count++;
  }

  private void grow() {
    slots = emptySlots(slots.length * 2);
    for (int piece = 0; piece < count; piece++) {
      int slot = first(hashes[piece]);
      while (slots[slot] != NONE) {
        slot = next(slot);
      }
      slots[slot] = piece;
    }
  }

  /** False of most hashes of which there is no piece. */
  boolean mayHave(long hash) {
    return slots[first(hash)] != NONE;
  }

  /** The files that have the piece which stands at this place of a text. */
  List<String> sources(byte[] text, int start, long hash) {
    int piece = slots[slot(text, start, hash)];
    if (piece == NONE || lastFiles[piece] == NONE) {
      return List.of();
    }
    List<String> names = new ArrayList<>(1);
    for (int at = lastFiles[piece]; at != NONE; at = files.get(at).before) {
      names.add(files.get(at).name);
    }
    return names;
  }

  /** Takes the piece out that stands at this place of a text, of whatever file it is. */
  void remove(byte[] text, int start, long hash) {
    int piece = slots[slot(text, start, hash)];
    if (piece != NONE && lastFiles[piece] != NONE) {
      lastFiles[piece] = NONE;
      removed++;
    }
  }

  /** Where the piece is, or would be. */
  private int slot(byte[] text, int start, long hash) {
    int slot = first(hash);
    while (slots[slot] != NONE && !isAt(slots[slot], text, start, hash)) {
      slot = next(slot);
    }
    return slot;
  }

  private boolean isAt(int piece, byte[] text, int start, long hash) {
    return hashes[piece] == hash
        && Arrays.equals(
            texts[piece], starts[piece], starts[piece] + length, text, start, start + length);
  }

  private int first(long hash) {
    long mixed = hash * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (slots.length - 1);
  }

  private int next(int slot) {
    return slot + 1 & (slots.length - 1);
  }

  private static int[] emptySlots(int count) {
    int[] slots = new int[count];
    Arrays.fill(slots, NONE);
    return slots;
  }
}
