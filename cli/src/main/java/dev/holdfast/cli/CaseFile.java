package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.holdfast.prove.Intruder;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A case of {@code prove} as it stands in a TOML file; null for what the file does not mention.
 *
 * <pre>
 * command = ["cp", "-r", "/srv/arena/tree", "/srv/copy"]
 * setup   = "mkdir /srv/arena/tree &amp;&amp; touch /srv/arena/tree/f"
 * arena   = ["/srv/arena"]
 * timeout = "5s"
 * </pre>
 */
record CaseFile(
    @Nullable List<String> command,
    @Nullable List<String> setup,
    @Nullable List<Path> fresh,
    @Nullable List<Path> arena,
    @Nullable String user,
    @Nullable String attacker,
    @Nullable List<Intruder> intruders,
    @Nullable List<String> rivals,
    @Nullable List<String> checks,
    @Nullable Integer maxTrials,
    @Nullable Duration timeout,
    @Nullable Integer jobs) {
  static final CaseFile NONE =
      new CaseFile(null, null, null, null, null, null, null, null, null, null, null, null);

  private static final Set<String> KEYS =
      Set.of(
          "command",
          "setup",
          "fresh",
          "arena",
          "as",
          "attacker",
          "intruder",
          "rival",
          "check",
          "max-trials",
          "timeout",
          "jobs");

  /** Far more than a case needs, and little enough to read whole. */
  private static final long MOST_BYTES = 1 << 20;

  /**
   * @throws CommandFailure if it cannot be read or makes no sense, with file and line
   */
  static CaseFile read(Path file) {
    return new Reader(file, text(file)).read();
  }

  private static String text(Path file) {
    try {
      if (!Files.exists(file)) {
        throw CommandFailure.usage(file.toString(), "no such file or directory (ENOENT)");
      }
      if (!Files.isRegularFile(file)) {
        throw CommandFailure.usage(file.toString(), "is not a regular file");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw CommandFailure.usage(file.toString(), "is too long for a case");
      }
      return Files.readString(file);
    } catch (CharacterCodingException _) {
      throw CommandFailure.usage(file.toString(), "is not UTF-8 text");
    } catch (IOException e) {
      throw CommandFailure.usage(file.toString(), "cannot be read: " + e.getMessage());
    }
  }

  /** One reading of one file; knows where each key stands. */
  private static final class Reader {
    private final Path file;
    private final String text;
    private final JsonNode root;

    Reader(Path file, String text) {
      this.file = file;
      this.text = text;
      try {
        root = new TomlMapper().readTree(text);
      } catch (JsonProcessingException e) {
        throw wrong(
            e.getLocation() == null ? 1 : e.getLocation().getLineNr(), e.getOriginalMessage());
      }
    }

    CaseFile read() {
      for (Map.Entry<String, JsonNode> each : root.properties()) {
        if (!KEYS.contains(each.getKey())) {
          throw wrong(
              each.getKey(),
              "no such key; there are " + String.join(", ", KEYS.stream().sorted().toList()));
        }
      }
      JsonNode command = root.get("command");
      if (command != null && (!command.isArray() || command.isEmpty())) {
        throw wrong("command", "must be an array of the program and its arguments");
      }
      return new CaseFile(
          strings("command"),
          strings("setup"),
          list("fresh", Path::of),
          list("arena", Path::of),
          string("as"),
          string("attacker"),
          list("intruder", CaseOptions.IntruderName::parse),
          strings("rival"),
          strings("check"),
          number("max-trials"),
          timeout(),
          number("jobs"));
    }

    private @Nullable List<String> strings(String key) {
      return list(key, Function.identity());
    }

    /** An array of strings, or a single string for an array of one. */
    private <T> @Nullable List<T> list(String key, Function<String, T> convert) {
      JsonNode node = root.get(key);
      if (node == null) {
        return null;
      }
      List<T> values = new ArrayList<>();
      for (JsonNode each : node.isArray() ? node : List.of(node)) {
        if (!each.isTextual()) {
          throw wrong(key, "must be a string or an array of strings");
        }
        values.add(converted(key, each.textValue(), convert));
      }
      return values;
    }

    private @Nullable String string(String key) {
      JsonNode node = root.get(key);
      if (node == null) {
        return null;
      }
      // A user may be a number.
      if (!node.isTextual() && !node.isIntegralNumber()) {
        throw wrong(key, "must be a string");
      }
      return node.asText();
    }

    private @Nullable Integer number(String key) {
      JsonNode node = root.get(key);
      if (node == null) {
        return null;
      }
      if (!node.isInt() || node.intValue() < 1) {
        throw wrong(key, "must be a number from 1");
      }
      return node.intValue();
    }

    private @Nullable Duration timeout() {
      JsonNode node = root.get("timeout");
      if (node == null) {
        return null;
      }
      if (!node.isTextual()) {
        throw wrong("timeout", "must be a string such as \"500ms\", \"10s\" or \"2m\"");
      }
      return converted("timeout", node.textValue(), Durations::parse);
    }

    private <T> T converted(String key, String value, Function<String, T> convert) {
      try {
        return convert.apply(value);
      } catch (IllegalArgumentException e) {
        throw wrong(key, String.valueOf(e.getMessage()));
      }
    }

    private CommandFailure wrong(String key, String why) {
      return wrong(line(key), key + ": " + why);
    }

    private CommandFailure wrong(int line, String why) {
      return CommandFailure.usage(file + ":" + line, why);
    }

    /** Where a key of the top level stands; the parser's tree has forgotten it. */
    private int line(String key) {
      Pattern assignment =
          Pattern.compile("\\s*\\[*\\s*[\"']?" + Pattern.quote(key) + "[\"']?\\s*[=.\\]].*");
      int line = 1;
      for (String each : text.lines().toList()) {
        if (assignment.matcher(each).matches()) {
          return line;
        }
        line++;
      }
      return 1;
    }
  }
}
