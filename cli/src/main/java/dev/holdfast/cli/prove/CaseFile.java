package dev.holdfast.cli.prove;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.Durations;
import dev.holdfast.files.InputLimitException;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
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
final class CaseFile {
  /** Says nothing. */
  static final CaseFile NONE = new CaseFile(Path.of("none"), "");

  private static final Set<String> KEYS =
      Set.of(
          "all",
          "arena",
          "as",
          "assume-guards",
          "attacker",
          "bound",
          "budget",
          "check",
          "client",
          "command",
          "crash",
          "deep",
          "exclude",
          "expect",
          "expect-exit",
          "fresh",
          "ignore",
          "inside",
          "intruder",
          "jobs",
          "max-trials",
          "only",
          "rival",
          "runs",
          "seed",
          "setup",
          "timeout",
          "timeouts",
          "tmp",
          "twice",
          "under",
          "until",
          "view",
          "volume",
          "with");

  /** Far more than a case needs, and little enough to read whole. */
  private static final int MOST_BYTES = 1 << 20;

  /**
   * @throws CommandFailure if it cannot be read or makes no sense, with file and line
   */
  static CaseFile read(Path file) {
    return new CaseFile(file, text(file, "a case"));
  }

  /** Looks once: what is read is what was judged. */
  static String text(Path file, String what) {
    try (OpenFile open = OpenFile.open(file, Opening.read().followLastLink().checkFirst())) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(open.readAll(MOST_BYTES)))
          .toString();
    } catch (NoSuchFileException _) {
      throw CommandFailure.usage(file.toString(), "no such file or directory (ENOENT)");
    } catch (UnsafePathException _) {
      throw CommandFailure.usage(file.toString(), "is not a regular file");
    } catch (InputLimitException _) {
      throw CommandFailure.usage(file.toString(), "is too long for " + what);
    } catch (CharacterCodingException _) {
      throw CommandFailure.usage(file.toString(), "is not UTF-8 text");
    } catch (IOException e) {
      throw CommandFailure.usage(file.toString(), "cannot be read: " + e.getMessage());
    }
  }

  private final Path file;
  private final String text;
  private final JsonNode root;

  private CaseFile(Path file, String text) {
    this.file = file;
    this.text = text;
    try {
      root = new TomlMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw wrong(
          e.getLocation() == null ? 1 : e.getLocation().getLineNr(), e.getOriginalMessage());
    }
    for (Map.Entry<String, JsonNode> each : root.properties()) {
      if (!KEYS.contains(each.getKey())) {
        throw wrong(
            each.getKey(),
            "no such key; there are " + String.join(", ", KEYS.stream().sorted().toList()));
      }
    }
  }

  /** The program and its arguments. */
  @Nullable List<String> command() {
    JsonNode command = root.get("command");
    if (command != null && (!command.isArray() || command.isEmpty())) {
      throw wrong("command", "must be an array of the program and its arguments");
    }
    return strings("command");
  }

  @Nullable List<String> strings(String key) {
    return list(key, Function.identity());
  }

  /** Strings that say something. */
  @Nullable List<String> texts(String key) {
    return list(key, CaseFile::notEmpty);
  }

  static String notEmpty(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("'" + text + "' is empty");
    }
    return text;
  }

  /** An array of strings, or a single string for an array of one. */
  <T> @Nullable List<T> list(String key, Function<String, T> convert) {
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

  @Nullable String string(String key) {
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

  /** A string that means one of a few things. */
  <T> @Nullable T word(String key, Function<String, T> convert) {
    String value = string(key);
    return value == null ? null : converted(key, value, convert);
  }

  @Nullable Integer number(String key) {
    JsonNode node = root.get(key);
    if (node == null) {
      return null;
    }
    if (!node.isInt() || node.intValue() < 1) {
      throw wrong(key, "must be a number from 1");
    }
    return node.intValue();
  }

  /** A number from 0. */
  @Nullable Integer count(String key) {
    JsonNode node = root.get(key);
    if (node == null) {
      return null;
    }
    if (!node.isInt() || node.intValue() < 0) {
      throw wrong(key, "must be a number from 0");
    }
    return node.intValue();
  }

  @Nullable Integer exitStatus(String key) {
    JsonNode node = root.get(key);
    if (node == null) {
      return null;
    }
    if (!node.isInt() || node.intValue() < 0 || node.intValue() > 255) {
      throw wrong(key, "must be an exit status from 0 to 255");
    }
    return node.intValue();
  }

  @Nullable Boolean truth(String key) {
    JsonNode node = root.get(key);
    if (node == null) {
      return null;
    }
    if (!node.isBoolean()) {
      throw wrong(key, "must be true or false");
    }
    return node.booleanValue();
  }

  @Nullable Duration duration(String key) {
    JsonNode node = root.get(key);
    if (node == null) {
      return null;
    }
    if (!node.isTextual()) {
      throw wrong(key, "must be a string such as \"500ms\", \"10s\" or \"2m\"");
    }
    return converted(key, node.textValue(), Durations::parse);
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
  int line(String key) {
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
