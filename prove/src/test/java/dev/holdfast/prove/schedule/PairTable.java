package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.ScheduleFinding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The programs of {@code pairs.txt}. */
final class PairTable {
  /**
   * Programs with a fault, and with the way that holds.
   *
   * @param runs how many run at once
   * @param files what is there when they start, by name
   * @param setup a shell command that makes them ready
   * @param bug the first command with the fault, then the second one
   * @param fix the first command of the way that holds, then the second one
   */
  record Pair(
      String name,
      String language,
      ScheduleFinding.Kind kind,
      int runs,
      Map<String, String> files,
      String setup,
      List<String> bug,
      List<String> fix) {
    /** What a test needs of the machine. */
    String program() {
      return switch (language) {
        case "python" -> "python3";
        case "c" -> "cc";
        case "java" -> "javac";
        default -> language;
      };
    }
  }

  private PairTable() {}

  static List<Pair> all() throws IOException {
    try (InputStream in = PairTable.class.getResourceAsStream("/pairs.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      List<Pair> pairs = new ArrayList<>();
      for (String block : text.split("(?m)^= ", -1)) {
        if (!block.isEmpty() && !block.startsWith("#")) {
          pairs.add(pair(block));
        }
      }
      return pairs;
    }
  }

  private static Pair pair(String block) {
    String[] lines = block.strip().split("\n", -1);
    String[] head = lines[0].split(" \\| ", -1);
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> files = new LinkedHashMap<>();
    Map<String, String> into = values;
    String last = "";
    for (String line : List.of(lines).subList(1, lines.length)) {
      if (line.startsWith("  ")) {
        into.merge(last, line.substring(2), (a, b) -> a.isEmpty() ? b : a + "\n" + b);
      } else {
        String[] words = line.split(" ", 2);
        boolean file = words[0].equals("file");
        into = file ? files : values;
        last = file ? words[1] : words[0];
        into.put(last, file ? "" : words[1]);
      }
    }
    String bug = Objects.requireNonNull(values.get("bug"), lines[0]);
    String fix = Objects.requireNonNull(values.get("fix"), lines[0]);
    return new Pair(
        head[0],
        head[1],
        ScheduleFinding.Kind.valueOf(head[2]),
        head.length > 3 ? Integer.parseInt(head[3]) : 2,
        files,
        values.getOrDefault("setup", "true"),
        List.of(bug, values.getOrDefault("with", bug)),
        List.of(fix, values.getOrDefault("fixwith", fix)));
  }
}
