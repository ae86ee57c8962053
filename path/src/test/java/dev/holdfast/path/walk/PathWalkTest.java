package dev.holdfast.path.walk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathWalkTest {
  /** Links by name, whatever directory they are in. */
  private static final Map<String, String> LINKS =
      Map.of("l", "x/y", "s", "x/", "d", "x/.", "r", "/x", "u", "../x", "o", "o", "ll", "l");

  /** Writes down where it is led: a slash marks a directory, a star where the walk ends. */
  private static final class Log extends PathWalk<RuntimeException> {
    final StringBuilder log = new StringBuilder();
    private int steps;

    Log(String path) {
      super(path.getBytes(UTF_8));
    }

    String of() {
      walk();
      return log.toString().strip();
    }

    @Override
    protected byte @Nullable [] step(byte[] name) {
      String text = new String(name, UTF_8);
      steps++;
      String target = LINKS.get(text);
      if (target != null) {
        return target.getBytes(UTF_8);
      }
      String end = (mustBeDirectory() ? "/" : "") + (endsInDot() ? "." : "");
      log.append(' ').append(text).append(isLast() ? "*" + end : "");
      if (text.equals("stop")) {
        end();
      }
      return null;
    }

    @Override
    protected void up() {
      log.append(" ^");
    }

    @Override
    protected void toRoot() {
      log.append(" /");
    }

    @Override
    protected void tooManyLinks() {
      log.append(" loop");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a, a*",
    "a/b, a b*",
    "//a//b, a b*",
    "a/./b, a b*",
    "./a, a*",
    "a/, a*/",
    "a/., a*/.",
    "a/.//, a*/.",
    "a/.b, a .b*",
    "a/b., a b.*",
    "a/.., a ^",
    "../a, ^ a*",
    "a/..., a ...*",
    "l, x y*",
    "l/b, x y b*",
    "l/, x y*/",
    "l/., x y*/.",
    "s, x*/",
    "s/b, x b*",
    "d, x*/.",
    "d/b, x b*",
    "a/r, a / x*",
    "a/r/b, a / x b*",
    "a/u/b, a ^ x b*",
    "ll, x y*",
    "o, loop",
    "o/b, loop b*",
    "a/stop/b, a stop",
  })
  void aPathIsWalked(String path, String way) {
    assertEquals(way, new Log(path).of());
  }

  @ParameterizedTest
  @CsvSource({"''", "/", ".", "./.", "///./"})
  void whatNamesNothingIsNoStep(String path) {
    Log log = new Log(path);
    assertEquals("", log.of());
    assertEquals(0, log.steps);
  }

  @Test
  void fortyLinksAreFollowed() {
    Log log = new Log("o");
    log.of();
    assertEquals(41, log.steps);
    assertEquals("x y x y*", new Log("l/l").of());
    assertEquals("x y ".repeat(40).strip() + "*", new Log("l/".repeat(39) + "l").of());
    assertEquals("x y ".repeat(40) + "loop", new Log("l/".repeat(40) + "l").of());
  }
}
