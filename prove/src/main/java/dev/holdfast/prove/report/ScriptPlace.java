package dev.holdfast.prove.report;

import dev.holdfast.findings.Place;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Doer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The line of a script that makes a call.
 *
 * <p>No interpreter says at which line it is, so the line is found by what is known of the call:
 * the command that makes it, its words, the name it is about. Where two lines fit as well, no line
 * is named, and the script alone is.
 */
final class ScriptPlace {
  private static final Pattern INTERPRETER =
      Pattern.compile(
          "(ba|da|k|z|)sh|busybox|python[0-9.]*|perl[0-9.]*|ruby[0-9.]*|node|nodejs|php[0-9.]*|tclsh[0-9.]*"
              + "|lua[0-9.]*|awk|make");

  /** What starts another program, and says in its further words which one. */
  private static final Pattern STARTER =
      Pattern.compile("env|setpriv|nice|ionice|timeout|stdbuf|unshare|chroot|sudo|runuser|su");

  /** An option whose next word is the program itself: of shells and Python, and of all others. */
  private static final Pattern COMMAND = Pattern.compile("-[a-z]*c");

  private static final Pattern EXPRESSION = Pattern.compile("-[a-zA-Z]*[eEr]");

  private static final int LARGEST = 1 << 20;

  private final String shown;
  private final List<String> lines;

  private ScriptPlace(String shown, List<String> lines) {
    this.shown = shown;
    this.lines = lines;
  }

  /**
   * Where a call is made.
   *
   * @param victim the command line of the program under test
   * @return null if no script is known that it could come from
   */
  static Place.@Nullable Source of(List<String> victim, CallRef call) {
    return of(victim, List.of(), call);
  }

  /**
   * Where a call is made, if also these scripts are known.
   *
   * @param brought what the program brings with it
   */
  static Place.@Nullable Source of(List<String> victim, List<Script> brought, CallRef call) {
    Doer doer = call.doer();
    if (doer.code() != null) {
      return doer.code();
    }
    Path here = directory(doer.directory());
    ScriptPlace own = script(doer.command(), here, brought);
    if (own != null) {
      return own.line(List.of(), call).source();
    }
    ScriptPlace whole = script(victim, Path.of(""), brought);
    return whole == null
        ? nearest(brought, doer.command(), call)
        : whole.line(doer.command(), call).source();
  }

  /** Of several scripts, the one with the line that fits best; null if none does. */
  private static Place.@Nullable Source nearest(
      List<Script> brought, List<String> command, CallRef call) {
    Line best = null;
    boolean alone = true;
    for (Script each : brought) {
      Line line = new ScriptPlace(each.shown(), each.lines()).line(command, call);
      if (line.source().line() > 0 && (best == null || line.fit() >= best.fit())) {
        alone = best == null || line.fit() > best.fit();
        best = line;
      }
    }
    return best != null && alone ? best.source() : null;
  }

  /** The script that a command line runs, as a whole; null if it runs none. */
  static Place.@Nullable Source file(List<String> command) {
    ScriptPlace script = script(command, Path.of(""), List.of());
    return script == null ? null : new Place.Source(script.shown, 0, 0);
  }

  /** The program itself, for who has to have a file. */
  static Place.Source program(List<String> command) {
    String name = command.getFirst();
    if (!name.contains("/")) {
      for (String each : System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
        Path there = Path.of(each, name);
        if (Files.isExecutable(there)) {
          return new Place.Source(there.toAbsolutePath().normalize().toString(), 0, 0);
        }
      }
    }
    return new Place.Source(name, 0, 0);
  }

  private static Path directory(String printable) {
    try {
      return Path.of(printable);
    } catch (InvalidPathException e) {
      return Path.of("");
    }
  }

  /** The script that a command line runs; null if it runs none that can be read here. */
  private static @Nullable ScriptPlace script(
      List<String> command, Path directory, List<Script> brought) {
    for (int i = 0; i < command.size(); i++) {
      String name = base(command.get(i));
      if (INTERPRETER.matcher(name).matches()) {
        boolean isShell =
            name.endsWith("sh") || name.startsWith("python") || name.equals("busybox");
        Pattern inline = isShell ? COMMAND : EXPRESSION;
        return ofInterpreter(inline, command.subList(i + 1, command.size()), directory, brought);
      }
      boolean passedOver =
          STARTER.matcher(name).matches()
              || (i > 0
                  && (name.startsWith("-") || name.contains("=") || name.matches("[0-9.]+[smh]?")));
      if (!passedOver) {
        ScriptPlace script = read(command.get(i), directory, brought);
        return script != null && script.lines.getFirst().startsWith("#!") ? script : null;
      }
    }
    return null;
  }

  private static @Nullable ScriptPlace ofInterpreter(
      Pattern inline, List<String> words, Path directory, List<Script> brought) {
    for (String word : words) {
      if (inline.matcher(word).matches()) {
        return null;
      }
      if (!word.startsWith("-") && !word.startsWith("+")) {
        return read(word, directory, brought);
      }
    }
    return null;
  }

  /** Null if it is not a text. */
  private static @Nullable ScriptPlace read(String name, Path directory, List<Script> brought) {
    try {
      Path file = directory.resolve(name);
      for (Script each : brought) {
        if (each.names().contains(file.toString())) {
          return new ScriptPlace(each.shown(), each.lines());
        }
      }
      // Nothing that is opened only to wait for a writer.
      if (name.isEmpty() || !Files.isRegularFile(file)) {
        return null;
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(LARGEST + 1);
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (bytes.length > LARGEST || text.isBlank() || text.indexOf('\0') >= 0) {
        return null;
      }
      return new ScriptPlace(shown(file), text.lines().toList());
    } catch (CharacterCodingException | InvalidPathException noText) {
      return null;
    } catch (IOException unreadable) {
      return null;
    }
  }

  /**
   * A place, and how well it fits.
   *
   * @param source without a line if it is not known
   */
  private record Line(Place.Source source, int fit) {}

  /**
   * The script, with the line if it is known.
   *
   * @param command the program that the script started; empty if the script makes the call itself
   */
  private Line line(List<String> command, CallRef call) {
    boolean itself = command.isEmpty() || INTERPRETER.matcher(base(command.getFirst())).matches();
    List<String> words = new ArrayList<>();
    if (!itself) {
      words.addAll(command.subList(1, command.size()));
    }
    words.add(call.path());
    int best = 0;
    int line = 0;
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).strip();
      if (!text.startsWith("#") && (itself || hasWord(text, base(command.getFirst())))) {
        int fit = (itself ? 0 : 1) + fit(text, words);
        line = fit > best ? i + 1 : fit == best ? 0 : line;
        best = Math.max(best, fit);
      }
    }
    return new Line(new Place.Source(shown, line, 0), best);
  }

  /** How much of what is known stands in a line: whole words count for more than their ends. */
  private static int fit(String line, List<String> words) {
    int fit = 0;
    for (String word : words) {
      if (!word.isEmpty() && line.contains(word)) {
        fit += 3;
      } else {
        String end = base(word);
        fit += end.isEmpty() || !hasWord(line, end) ? 0 : 2;
      }
    }
    return fit;
  }

  /** The word, and not a longer one that it is a part of. */
  private static boolean hasWord(String line, String word) {
    for (int at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
      int end = at + word.length();
      if ((at == 0 || !isPart(line.charAt(at - 1)))
          && (end == line.length() || !isPart(line.charAt(end)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
  }

  private static String base(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Below the working directory, which in a pipeline is the checkout, relative to it. */
  private static String shown(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path whole = file.toAbsolutePath().normalize();
    return (whole.startsWith(here) ? here.relativize(whole) : whole).toString();
  }
}
