package dev.holdfast.prove;

import dev.holdfast.prove.world.OwnDirectory;
import dev.holdfast.prove.world.Worlds;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What of a command is on the host, and not in the worlds, since they have a directory of their own
 * there.
 *
 * @param directory whether that is so of the directory in which the command starts
 * @param words the words of the command that name such a file
 */
record HiddenNames(boolean directory, List<String> words) {
  private static final Pattern INTERPRETER =
      Pattern.compile("(ba|da|k|z|)sh|(python|perl|ruby|node|nodejs|php|lua|tclsh|java)[0-9.]*");

  private static final HiddenNames NONE = new HiddenNames(false, List.of());

  /** Looks into a world, after the set-up: that may have made them again. */
  static HiddenNames of(Case what, List<OwnDirectory> own, Worlds worlds) {
    List<Path> directories = own.stream().map(each -> Path.of(each.path())).toList();
    Path start = what.directory();
    boolean below = isBelow(directories, start);
    List<String> words = new ArrayList<>();
    for (String word : what.argv()) {
      if (namesFile(start, word) && isBelow(directories, start.resolve(word))) {
        words.add(word);
      }
    }
    if (!below && words.isEmpty()) {
      return NONE;
    }
    return worlds.inFreshWorld(
        _ -> {
          words.removeIf(word -> Files.exists(start.resolve(word)));
          return new HiddenNames(below && !Files.isDirectory(start), List.copyOf(words));
        });
  }

  /** True if the command cannot run without this: its program, or the script of an interpreter. */
  static boolean isProgram(String word, List<String> argv) {
    if (word.equals(argv.getFirst())) {
      return true;
    }
    String name = argv.getFirst().substring(argv.getFirst().lastIndexOf('/') + 1);
    boolean interpreter = INTERPRETER.matcher(name).matches();
    return interpreter
        && argv.stream()
            .skip(1)
            .filter(w -> !w.startsWith("-"))
            .findFirst()
            .equals(Optional.of(word));
  }

  private static boolean namesFile(Path start, String word) {
    try {
      return !word.isEmpty() && Files.exists(start.resolve(word));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isBelow(List<Path> directories, Path path) {
    Path plain = path.normalize();
    return directories.stream().anyMatch(plain::startsWith);
  }
}
