package dev.holdfast.findings.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "'häßlich 猫 😀', 'häßlich 猫 😀'",
    "'a\u001b[31mred', 'a\\x1b[31mred'",
    "'a\nb', 'a\\x0ab'",
    "'a\u009bred', 'a\\u009bred'",
    "'abc\u202ecba', 'abc\\u202ecba'",
    "'a\u2028b', 'a\\u2028b'",
  })
  void nothingATerminalObeysIsLeft(String text, String expected) {
    assertEquals(expected, Text.printable(text));
  }

  @Test
  void halfACharacterIsNoCharacter() {
    assertEquals("a\\ud800b", Text.printable("a\ud800b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain/file-1.txt",
        "two words",
        "it's",
        "$HOME `id` \"x\" \\",
        "",
        "line\nbreak",
        "tab\t'quote' \\n",
        "ä",
        "-n"
      })
  void aShellReadsTheWordBack(String word) throws IOException, InterruptedException {
    String line = "printf %s. " + Text.shellLine(List.of("x", word));
    Process bash = new ProcessBuilder("bash", "-c", line).start();
    bash.getOutputStream().close();
    String read = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, bash.waitFor(), line);
    assertEquals("x." + word + ".", read, line);
  }

  @Test
  void wrapsBetweenWordsAndWithinLongOnes() {
    assertEquals(List.of("a bc", "def"), Text.wrap("a bc  def", 5));
    assertEquals(List.of("/usr/", "share/", "doc"), Text.wrap("/usr/share/doc", 6));
    assertEquals(List.of("abcdef", "gh"), Text.wrap("abcdefgh", 6));
    assertEquals(List.of("😀😀", "😀"), Text.wrap("😀😀😀", 2));
    assertEquals(List.of(""), Text.wrap("", 5));
  }

  @Test
  void shortensInTheMiddle() {
    assertEquals("/usr/share", Text.shorten("/usr/share", 10));
    assertEquals("/u…re/doc", Text.shorten("/usr/share/doc", 9));
    assertEquals(9, Text.length(Text.shorten("/usr/share/doc", 9)));
  }

  @Test
  void aTableKeepsItsWidth() {
    TextTable table = new TextTable(60, "RESULT", "", "LONG");
    table.row(
        new TextTable.Cell("ok", Ink.GOOD),
        new TextTable.Cell("some words that go on and on until nothing fits any more at all"),
        new TextTable.Cell("a/very/long/path/without/a/single/blank/in/it/that/must/be/cut.txt"));
    table.span(new TextTable.Cell("a line " + "across ".repeat(20)));
    table.row(new TextTable.Cell(""), new TextTable.Cell("x"), new TextTable.Cell("y"));
    String plain = table.render(new Painter(false));
    for (String line : plain.lines().toList()) {
      assertTrue(line.length() <= 60, line);
      assertEquals(line.stripTrailing(), line);
    }
    assertTrue(plain.contains("cut.txt"), plain);
    String coloured = table.render(new Painter(true));
    assertTrue(coloured.contains("\u001b[32mok\u001b[0m"), coloured);
    assertEquals(plain, coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
  }

  @Test
  void aTableThatFitsIsLeftAlone() {
    TextTable table = new TextTable(60, "A", "B");
    table.row(new TextTable.Cell("one"), new TextTable.Cell("two words"));
    assertEquals("A    B\none  two words\n", table.render(new Painter(false)));
  }
}
