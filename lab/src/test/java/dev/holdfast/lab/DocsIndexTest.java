package dev.holdfast.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.catalogue.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code docs/README.md} names every page. Its tables are made from the catalogue: {@code
 * -Dholdfast.docs.write=true} writes them anew.
 */
class DocsIndexTest {
  private static final Path DOCS = Path.of(Files.exists(Path.of("docs")) ? "docs" : "../docs");
  private static final Path INDEX = DOCS.resolve("README.md");
  private static final boolean WRITE = Boolean.getBoolean("holdfast.docs.write");

  private static final Pattern ROW = Pattern.compile("[SLFK][0-9]{2}");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  private static final Map<String, String> TABLES =
      Map.of(
          "S",
          "hazards of files",
          "L",
          "hazards of locks",
          "F",
          "answers: files",
          "K",
          "answers: locks");

  private static String title(Path page) throws IOException {
    String first = Files.readString(page).lines().findFirst().orElseThrow();
    assertTrue(first.startsWith("# "), () -> page + " has no title: " + first);
    return first.substring(2);
  }

  private static List<Path> pages(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(p -> p.toString().endsWith(".md") && !p.equals(INDEX)).sorted().toList();
    }
  }

  private static String id(Path page) {
    return page.getFileName().toString().replace(".md", "");
  }

  /** The rows of the catalogue that a page names in its line of answers. */
  private static String answers(Path page) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    for (String line : Files.readAllLines(page)) {
      if (line.startsWith("Answers:")) {
        String own = line.replaceFirst("Related:.*", "");
        ROW.matcher(own).results().forEach(m -> found.add(m.group()));
      }
    }
    return String.join(", ", found.stream().map(id -> "[" + id + "](" + id + ".md)").toList());
  }

  private static String table(String letter) throws IOException {
    boolean hazards = letter.equals("S") || letter.equals("L");
    StringBuilder table =
        new StringBuilder(hazards ? "| | | answers |\n|---|---|---|\n" : "| | |\n|---|---|\n");
    for (Row row : Row.values()) {
      if (row.name().startsWith(letter)) {
        String link = "[" + row + "](" + row.page() + ")";
        table.append("| ").append(link).append(" | ").append(row.title()).append(" |");
        table.append(hazards ? " " + answers(DOCS.resolve(row.page())) + " |" : "").append('\n');
      }
    }
    return table.toString();
  }

  private static String list(String directory) throws IOException {
    StringBuilder list = new StringBuilder();
    for (Path page : pages(DOCS.resolve(directory))) {
      String name = directory + "/" + page.getFileName();
      list.append("- [").append(title(page)).append("](").append(name).append(")\n");
    }
    return list.toString();
  }

  private static String begin(String what) {
    return "<!-- begin: " + what + " -->\n";
  }

  private static String end(String what) {
    return "<!-- end: " + what + " -->\n";
  }

  private static String withPart(String index, String what, String part) {
    int from = index.indexOf(begin(what));
    int to = index.indexOf(end(what));
    assertTrue(from >= 0 && to > from, () -> INDEX + " has no place for: " + what);
    return index.substring(0, from + begin(what).length()) + part + index.substring(to);
  }

  @Test
  void indexNamesEveryPage() throws IOException {
    String index = Files.readString(INDEX);
    Map<String, String> parts = new TreeMap<>();
    for (Map.Entry<String, String> each : TABLES.entrySet()) {
      parts.put(each.getValue(), table(each.getKey()));
    }
    parts.put("how-to", list("howto"));
    parts.put("decisions", list("decisions"));
    String wanted = index;
    for (Map.Entry<String, String> each : parts.entrySet()) {
      wanted = withPart(wanted, each.getKey(), each.getValue());
    }
    if (WRITE) {
      Files.writeString(INDEX, wanted);
      index = wanted;
    }
    assertEquals(wanted, index, "-Dholdfast.docs.write=true writes it anew");
    for (Path page : pages(DOCS)) {
      assertTrue(index.contains("](" + page.getFileName() + ")"), () -> "not named: " + page);
    }
  }

  /** Each row has a page that says what it says, and each page is a row's. */
  @ParameterizedTest
  @EnumSource
  void aRowIsWhatItsPageIsAbout(Row row) throws IOException {
    assertEquals(row + ": " + row.title(), title(DOCS.resolve(row.page())).replace("`", ""));
  }

  @Test
  void noPageIsWithoutARow() throws IOException {
    assertEquals(
        Stream.of(Row.values()).map(Row::name).sorted().toList(),
        pages(DOCS).stream()
            .map(DocsIndexTest::id)
            .filter(id -> ROW.matcher(id).matches())
            .toList());
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<Path> all = new ArrayList<>(pages(DOCS));
    all.add(INDEX);
    all.addAll(pages(DOCS.resolve("howto")));
    all.addAll(pages(DOCS.resolve("decisions")));
    List<String> broken = new ArrayList<>();
    for (Path page : all) {
      Matcher links = LINK.matcher(Files.readString(page).replaceAll("(?s)```.*?```", ""));
      while (links.find()) {
        if (!Files.exists(page.resolveSibling(links.group(1)))) {
          broken.add(page + ": " + links.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
  }
}
