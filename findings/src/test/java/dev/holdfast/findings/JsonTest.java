package dev.holdfast.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static String written(String value) throws IOException {
    StringWriter out = new StringWriter();
    Json.document(out, json -> json.writeString(value));
    return out.toString();
  }

  private static String read(String document) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(document)) {
      parser.nextToken();
      return parser.getText();
    }
  }

  /** C0, DEL, C1, and what turns or hides: a terminal that shows the document obeys none of it. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 7, 0x1b, 0x7f, 0x80, 0x85, 0x90, 0x9b, 0x9d, 0xad, 0x61c, 0x180e, 0x200b, 0x200e, 0x200f,
        0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0x110bd, 0x1bca0, 0xe0001
      })
  void whatIsObeyedIsEscaped(int character) throws IOException {
    String name = "a" + Character.toString(character) + "2Jb";
    assertTrue(Text.isObeyed(character));
    String document = written(name);
    assertFalse(
        document.strip().codePoints().anyMatch(Text::isObeyed), () -> Text.printable(document));
    assertEquals(name, read(document));
  }

  @ParameterizedTest
  @ValueSource(strings = {"naïve", "文件", "a b", "→", "½"})
  void whatIsNotStaysAsItIs(String name) throws IOException {
    assertEquals("\"" + name + "\"\n", written(name));
  }

  /** A byte that is not UTF-8 is half of a pair in Java; an encoder would write a question mark. */
  @Test
  void halfAPairArrives() throws IOException {
    assertTrue(written("a\udcff").contains("\\uDCFF"));
    assertEquals("a\udcff", read(written("a\udcff")));
  }
}
