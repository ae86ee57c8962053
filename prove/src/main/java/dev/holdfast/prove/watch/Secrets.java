package dev.holdfast.prove.watch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Knows the bytes of files that the attacker may not read again, less those that stand in files
 * that it may read. Each file is read once, when something is first looked for after it was named.
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
  private final List<String> newlyOpen = new ArrayList<>();
  private final List<String> openBefore = new ArrayList<>();
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
    if (open.size() < MOST_FILES && open.add(path)) {
      newlyOpen.add(path);
    }
  }

  /** The closed files, by their names, of which some bytes stand in a text. */
  Set<String> in(byte[] text) {
    if (closed.isEmpty()) {
      return Set.of();
    }
    update();
    return bytes.sourcesIn(text);
  }

  private void update() {
    if (!newlyClosed.isEmpty()) {
      SecretBytes more = new SecretBytes();
      newlyClosed.forEach(path -> more.add(path, contents.apply(path)));
      newlyClosed.clear();
      without(more, openBefore);
      bytes.addAll(more);
    }
    without(bytes, newlyOpen);
    openBefore.addAll(newlyOpen);
    newlyOpen.clear();
  }

  private void without(SecretBytes secret, List<String> known) {
    for (String path : known) {
      if (secret.isEmpty()) {
        return;
      }
      secret.remove(contents.apply(path));
    }
  }
}
