package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static final String UP = "../".repeat(16);

  @Test
  void wholeWordsAreReplaced() {
    Words words =
        new Words(
            List.of("a", "/in/b"),
            List.of(),
            List.of("n"),
            List.of("d"),
            List.of("/bin/run"),
            false);
    assertEquals(
        "x=" + UP + "v/file n2=" + UP + "v/new aa \"/v/file\"\n[" + UP + "v/dir] /own /bin/runs",
        words.with(
            "x=a n2=n aa \"/in/b\"\n[d] /bin/run /bin/runs",
            "/v/file",
            "/v/new",
            "/v/dir",
            "/own"));
  }

  @Test
  void whatStandsInReplacementsIsTakenAsItIs() {
    Words words = new Words(List.of("$1"), List.of(), List.of(), List.of(), List.of(), false);
    assertEquals(UP + "v/$0\\", words.with("$1", "/v/$0\\", "/n", "/d", "/p"));
  }
}
