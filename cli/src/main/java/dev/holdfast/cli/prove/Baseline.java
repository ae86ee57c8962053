package dev.holdfast.cli.prove;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known to be broken, and does not count: a TOML file that {@code --write-baseline} makes
 * and people give reasons to.
 *
 * <pre>
 * [[known]]
 * id     = "5d0c8a1f22b3"
 * what   = "S05 predictable name in a shared directory: CREATE by PLAIN FOLLOW at openat \"/tmp/x\""
 * reason = "the directory is the administrator's alone; see issue 12"
 * </pre>
 *
 * <p>An id is the finding's fingerprint, which stays the same while the program is edited
 * elsewhere.
 */
final class Baseline {
  static final Baseline NONE = new Baseline(Map.of());

  private static final Set<String> KEYS = Set.of("id", "what", "reason");

  /**
   * Something that is broken.
   *
   * @param what what it is, for people
   * @param reason why it is left; empty if nobody said so
   */
  record Entry(String id, String what, String reason) {
    Entry(String id, String what) {
      this(id, what, "");
    }
  }

  private final Map<String, Entry> entries;

  private Baseline(Map<String, Entry> entries) {
    this.entries = entries;
  }

  /**
   * @throws CommandFailure if it cannot be read or makes no sense
   */
  static Baseline read(Path file) {
    if (Files.notExists(file)) {
      throw CommandFailure.usage(
          file.toString(),
          "no such file or directory (ENOENT); --write-baseline FILE makes one of what is found");
    }
    JsonNode root;
    try {
      root = new TomlMapper().readTree(CaseFile.text(file, "a baseline"));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw CommandFailure.usage(file + ":" + line, e.getOriginalMessage());
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> each : root.properties()) {
      if (!each.getKey().equals("known") || !each.getValue().isArray()) {
        throw CommandFailure.usage(
            file.toString(), each.getKey() + ": a baseline has [[known]] tables, and nothing else");
      }
    }
    for (JsonNode each : root.path("known")) {
      for (Map.Entry<String, JsonNode> field : each.properties()) {
        if (!KEYS.contains(field.getKey()) || !field.getValue().isTextual()) {
          throw CommandFailure.usage(
              file.toString(),
              field.getKey() + ": a [[known]] table has the strings id, what and reason");
        }
      }
      String id = each.path("id").asText();
      if (id.isEmpty()) {
        throw CommandFailure.usage(file.toString(), "a [[known]] table has no id");
      }
      entries.put(id, new Entry(id, each.path("what").asText(), each.path("reason").asText()));
    }
    return new Baseline(entries);
  }

  /** The ids, to the reasons. */
  Map<String, String> known() {
    Map<String, String> known = new LinkedHashMap<>();
    entries.values().forEach(entry -> known.put(entry.id(), entry.reason()));
    return known;
  }

  /** What is in it and was not found any more. */
  List<Entry> without(Collection<Entry> found) {
    Set<String> ids = Set.copyOf(found.stream().map(Entry::id).toList());
    return entries.values().stream().filter(entry -> !ids.contains(entry.id())).toList();
  }

  /** A baseline of what was found, with the reasons that this one has for it. */
  void write(Collection<Entry> found, Writer out) throws IOException {
    out.write(
        "# What 'holdfast prove --baseline' knows and does not count: mend it, or say why not.\n");
    Map<String, Entry> all = new LinkedHashMap<>();
    found.forEach(entry -> all.putIfAbsent(entry.id(), entry));
    for (Entry entry : all.values()) {
      Entry before = entries.get(entry.id());
      out.write("\n[[known]]\n");
      out.write("id     = " + quoted(entry.id()) + "\n");
      out.write("what   = " + quoted(entry.what()) + "\n");
      out.write("reason = " + quoted(before == null ? "" : before.reason()) + "\n");
    }
  }

  private static String quoted(String text) {
    return '"' + Text.printable(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
