package dev.holdfast.prove.watch;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.prove.payload.Environment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Words of files that the attacker can replace, which the program then uses as names: lists of
 * files, and settings that say what is run.
 *
 * <p>Threads: the tracer's.
 */
final class BelievedNames {
  private static final int MOST_BYTES = 1 << 16;
  private static final int MOST_WORDS = 4096;

  /** What a word may mean. */
  private enum Meaning {
    /** One that is only read. */
    READ,
    FILE,
    NEW,
    DIRECTORY,
    PROGRAM
  }

  /** By word: the files in which it stands. */
  private final Map<String, Set<String>> filesWith = new HashMap<>();

  /** By file: its words that were used. */
  private final Map<String, Map<String, Meaning>> used = new LinkedHashMap<>();

  /** Files that hold settings. */
  private final Set<String> settings = new TreeSet<>();

  /** A file that the attacker can replace is about to be read. */
  void reads(String path) {
    String content = Raw.of(Contents.read(Fcntl.AT_FDCWD, Raw.bytes(path), MOST_BYTES));
    if (settings.size() < MOST_WORDS && Environment.isIn(content)) {
      settings.add(path);
    }
    for (String word : content.split(Words.BETWEEN, -1)) {
      boolean name = !word.isEmpty() && !word.equals(".") && !word.equals("..");
      if (name && !word.equals("/") && filesWith.size() < MOST_WORDS) {
        filesWith.computeIfAbsent(word, _ -> new TreeSet<>()).add(path);
      }
    }
  }

  /**
   * @param path what an operand says, raw
   * @param absolute the same from the root
   */
  void uses(Operation operation, String path, Supplier<String> absolute) {
    if (filesWith.isEmpty() || operation.action().isCheck()) {
      return;
    }
    boolean runs = operation.action() == Action.EXEC;
    for (int slash = -1; ; slash = path.indexOf('/', slash + 1)) {
      String end = path.substring(slash + 1);
      if (filesWith.containsKey(end)) {
        add(end, runs ? Meaning.PROGRAM : meaningOf(operation, absolute.get()));
      }
      if (slash > 0 && filesWith.containsKey(path.substring(0, slash))) {
        add(path.substring(0, slash), Meaning.DIRECTORY);
      }
      if (path.indexOf('/', slash + 1) < 0) {
        return;
      }
    }
  }

  private static Meaning meaningOf(Operation operation, String absolute) {
    Result<Statx> there =
        Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(absolute), 0, Statx.STATX_BASIC_STATS);
    if (there.ok() && there.value().isDirectory()) {
      return Meaning.DIRECTORY;
    }
    if (there.failed() && operation.makesNew()) {
      return Meaning.NEW;
    }
    boolean reads =
        operation.action() == Action.OPEN
            && operation.reads()
            && !operation.writes()
            && !operation.creates();
    return reads ? Meaning.READ : Meaning.FILE;
  }

  private void add(String word, Meaning meaning) {
    for (String file : filesWith.getOrDefault(word, Set.of())) {
      used.computeIfAbsent(file, _ -> new TreeMap<>())
          .merge(word, meaning, (first, other) -> first == Meaning.READ ? other : first);
    }
  }

  /** By the file's path, raw. */
  Map<String, Words> all() {
    Map<String, Words> all = new LinkedHashMap<>();
    settings.forEach(file -> all.put(file, Words.NONE.withSettings(true)));
    used.forEach(
        (file, words) ->
            all.put(
                file,
                new Words(
                    of(words, Meaning.READ, Meaning.FILE),
                    of(words, Meaning.READ),
                    of(words, Meaning.NEW),
                    of(words, Meaning.DIRECTORY),
                    of(words, Meaning.PROGRAM),
                    settings.contains(file))));
    return all;
  }

  private static List<String> of(Map<String, Meaning> words, Meaning... meanings) {
    return words.entrySet().stream()
        .filter(e -> List.of(meanings).contains(e.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
