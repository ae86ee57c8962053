package dev.holdfast.prove.watch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Knows the bytes of files that the attacker may not read again, less those that stand in files
 * that it may read. A closed file is read when something is first looked for after it was named; an
 * open one only when something was found, or before it changes.
 *
 * <p>Threads: the tracer's.
 */
final class Secrets {
  /** So many names are kept of each kind. */
  private static final int MOST_FILES = 1000;

  private final Function<String, byte[]> contents;
  private final Set<String> closed = new LinkedHashSet<>();
  private final Set<String> open = new LinkedHashSet<>();
  private final List<String> newlyClosed = new ArrayList<>();

  /** Open ones whose bytes were taken out of those of all that was closed by then. */
  private final Set<String> takenOut = new HashSet<>();

  private final SecretBytes bytes = new SecretBytes();

  /**
   * @param contents reads a file, by its name, raw
   */
  Secrets(Function<String, byte[]> contents) {
    this.contents = contents;
  }

  /** The attacker may not read this one. */
  void closed(String path) {
    if (closed.size() < MOST_FILES && closed.add(path)) {
      newlyClosed.add(path);
    }
  }

  /** The attacker may read this one. */
  void open(String path) {
    if (open.size() < MOST_FILES) {
      open.add(path);
    }
  }

  /** What stands in this one is about to change, and may then be what nobody was to read. */
  void changes(String path) {
    if (open.remove(path) && !closed.isEmpty()) {
      update();
      takeOut(path);
    }
  }

  /** The closed files, by their names, of which some bytes stand in a text. */
  Set<String> in(byte[] text) {
    if (closed.isEmpty()) {
      return Set.of();
    }
    update();
    List<byte[]> forms = Decoded.of(text);
    Set<String> found = in(forms);
    if (found.isEmpty()) {
      // As of most texts: then it does not matter what else stands in open files.
      return found;
    }
    open.forEach(this::takeOut);
    return in(forms);
  }

  private Set<String> in(List<byte[]> forms) {
    Set<String> found = new LinkedHashSet<>();
    forms.forEach(form -> found.addAll(bytes.sourcesIn(form)));
    return found;
  }

  private void update() {
    if (!newlyClosed.isEmpty()) {
      newlyClosed.forEach(this::add);
      newlyClosed.clear();
      takenOut.clear();
    }
  }

  private void add(String path) {
    Decoded.of(contents.apply(path)).forEach(form -> bytes.add(path, form));
  }

  private void takeOut(String path) {
    if (!bytes.isEmpty() && takenOut.add(path)) {
      Decoded.of(contents.apply(path)).forEach(bytes::remove);
    }
  }
}
