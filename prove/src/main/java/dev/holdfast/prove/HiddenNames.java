package dev.holdfast.prove;

import dev.holdfast.prove.world.OwnDirectory;
import dev.holdfast.prove.world.Worlds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a command is on the host, and not in the worlds, since they have a directory of their own
 * there.
 *
 * @param directory whether that is so of the directory in which the command starts
 * @param names those of such files, as the command spells them: whole words and parts of them
 */
record HiddenNames(boolean directory, List<String> names) {
  private static final Pattern INTERPRETER =
      Pattern.compile("(ba|da|k|z|)sh|(python|perl|ruby|node|nodejs|php|lua|tclsh|java)[0-9.]*");

  /** Programs that run another, which is one of their arguments. */
  private static final Pattern RUNNER =
      Pattern.compile(
          "env|nice|ionice|chrt|taskset|nohup|setsid|timeout|stdbuf|time|xargs|chpst|setpriv"
              + "|runuser|sudo|su-exec|gosu|flock|softlimit|systemd-run|unshare|ld\\.so|busybox");

  /** A name inside a word: {@code --config=/etc/x}, {@code -I/opt/lib}, {@code cat /srv/f}. */
  private static final Pattern INSIDE = Pattern.compile("/[^\\s'\"`;|&<>()${}=,:]+");

  private static final HiddenNames NONE = new HiddenNames(false, List.of());

  /** Looks into a world, after the set-up: that may have made them again. */
  static HiddenNames of(Case what, List<OwnDirectory> own, Worlds worlds) {
    List<Path> directories = own.stream().map(each -> Path.of(each.path())).toList();
    Path start = what.directory();
    boolean below = isBelow(directories, start);
    Set<String> names = new LinkedHashSet<>();
    for (String word : what.argv()) {
      for (String name : namesIn(start, word)) {
        if (isBelow(directories, start.resolve(name))) {
          names.add(name);
        }
      }
    }
    if (!below && names.isEmpty()) {
      return NONE;
    }
    return worlds.inFreshWorld(
        _ -> {
          names.removeIf(name -> Files.exists(start.resolve(name)));
          return new HiddenNames(below && !Files.isDirectory(start), List.copyOf(names));
        });
  }

  /** The word, if it names a file; else the names in it that do. */
  private static List<String> namesIn(Path start, String word) {
    if (namesFile(start, word)) {
      return List.of(word);
    }
    List<String> names = new ArrayList<>();
    String program = programFile(start, word);
    if (!program.isEmpty()) {
      names.add(program);
    }
    int value = word.indexOf('=') + 1;
    if (value > 0 && namesFile(start, word.substring(value))) {
      names.add(word.substring(value));
    }
    Matcher inside = INSIDE.matcher(word);
    while (inside.find()) {
      if (namesFile(start, inside.group())) {
        names.add(inside.group());
      }
    }
    return names;
  }

  /** True if the command cannot run without this: its program, or the script of an interpreter. */
  static boolean isProgram(String name, Path start, List<String> argv) {
    int at = 0;
    while (true) {
      if (name.equals(argv.get(at)) || name.equals(programFile(start, argv.get(at)))) {
        return true;
      }
      boolean runner = RUNNER.matcher(lastName(argv.get(at))).matches();
      int next = at + 1;
      if (runner) {
        while (next < argv.size() && programFile(start, argv.get(next)).isEmpty()) {
          next++;
        }
      }
      if (!runner || next == argv.size()) {
        break;
      }
      at = next;
    }
    return INTERPRETER.matcher(lastName(argv.get(at))).matches()
        && argv.stream()
            .skip(at + 1L)
            .filter(word -> namesFile(start, word))
            .findFirst()
            .filter(name::equals)
            .isPresent();
  }

  private static String lastName(String word) {
    return word.substring(word.lastIndexOf('/') + 1);
  }

  /** The program that a word names, as execvp(3) finds it; empty if it names none. */
  private static String programFile(Path start, String word) {
    try {
      if (word.indexOf('/') >= 0) {
        return isProgramFile(start.resolve(word)) ? word : "";
      }
      String search = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
      for (String directory : search.split(":", -1)) {
        Path file = Path.of(directory).resolve(word);
        if (!word.isEmpty() && isProgramFile(start.resolve(file))) {
          return file.toString();
        }
      }
      return "";
    } catch (InvalidPathException e) {
      return "";
    }
  }

  private static boolean isProgramFile(Path file) {
    return Files.isExecutable(file) && !Files.isDirectory(file);
  }

  private static boolean namesFile(Path start, String word) {
    try {
      return !word.isEmpty() && Files.exists(start.resolve(word));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Also by way of a link: what counts is where the file is. */
  private static boolean isBelow(List<Path> directories, Path path) {
    return startsIn(directories, path.normalize()) || startsIn(directories, real(path));
  }

  private static boolean startsIn(List<Path> directories, Path path) {
    return directories.stream().anyMatch(path::startsWith);
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException gone) {
      return path;
    }
  }
}
