package dev.holdfast.files.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModeChangeTest {
  @ParameterizedTest
  @CsvSource({
    "644, 777, false, 644",
    "4755, 0, false, 4755",
    "u+x, 644, false, 744",
    "go-rwx, 777, true, 700",
    "'u=rwx,go=', 2777, false, 700",
    "u+rwX, 400, false, 600",
    "u+rwX, 400, true, 700",
    "a+X, 641, false, 751",
    "g=u, 750, false, 770",
    "o=g-w, 660, false, 664",
    "+t, 777, true, 1777",
    "ug+s, 755, false, 6755",
    "g=rx, 2770, true, 2750",
    "+w, 444, false, 666",
  })
  void readsWhatChmodReads(String text, String before, boolean directory, String after) {
    int mode = ModeChange.parse(text).apply(Integer.parseInt(before, 8), directory);
    assertEquals(after, Integer.toOctalString(mode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8", "u", "u+q", "x+u", "u+w,", "17777"})
  void refusesWhatChmodRefuses(String text) {
    assertThrows(IllegalArgumentException.class, () -> ModeChange.parse(text));
  }
}
