package dev.holdfast.files.tree;

import dev.holdfast.libc.Statx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The files of a tree that have more than one name, and how many of those names were seen. An entry
 * is struck out when all were, so the ledger holds only files whose names are not all found yet.
 *
 * @param <T> what is remembered of each file
 */
final class HardLinkLedger<T> {
  private record Key(long device, long inode) {}

  private record Line<T>(T note, int left) {}

  private final Map<Key, Line<T>> lines = new HashMap<>();

  /**
   * Enters one more name.
   *
   * @param note made at the first name
   * @return what was noted at the first name; null if this is the first
   */
  @Nullable T seen(Statx file, Supplier<T> note) {
    Key key = new Key(file.device(), file.inode());
    Line<T> line = lines.get(key);
    if (line == null) {
      lines.put(key, new Line<>(note.get(), file.nlink() - 1));
      return null;
    }
    if (line.left() <= 1) {
      lines.remove(key);
    } else {
      lines.put(key, new Line<>(line.note(), line.left() - 1));
    }
    return line.note();
  }

  /** Whether every name of the file was seen: asked after {@link #seen}. */
  boolean complete(Statx file) {
    return !lines.containsKey(new Key(file.device(), file.inode()));
  }

  void forget(Statx file) {
    lines.remove(new Key(file.device(), file.inode()));
  }

  /** What was noted of the files that have names elsewhere. */
  List<T> incomplete() {
    List<T> notes = new ArrayList<>();
    for (Line<T> line : lines.values()) {
      notes.add(line.note());
    }
    return notes;
  }
}
