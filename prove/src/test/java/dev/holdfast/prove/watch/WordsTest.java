package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static final String UP = "../".repeat(16);

  @Test
  void wholeWordsAreReplaced() {
    Words words =
        new Words(List.of("a", "/in/b"), List.of(), List.of("d"), List.of("/bin/run"), false);
    assertEquals(
        "x=" + UP + "v/file aa \"/v/file\"\n[" + UP + "v/dir] /own /bin/runs",
        words.with("x=a aa \"/in/b\"\n[d] /bin/run /bin/runs", "/v/file", "/v/dir", "/own"));
  }

  @Test
  void whatStandsInReplacementsIsTakenAsItIs() {
    Words words = new Words(List.of("$1"), List.of(), List.of(), List.of(), false);
    assertEquals(UP + "v/$0\\", words.with("$1", "/v/$0\\", "/d", "/p"));
  }
}
