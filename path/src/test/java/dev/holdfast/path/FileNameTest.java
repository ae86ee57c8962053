package dev.holdfast.path;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FileNameTest {
  @Test
  void everySequenceOfBytesComesBack() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] name = new byte[1 + random.nextInt(12)];
      random.nextBytes(name);
      for (int i = 0; i < name.length; i++) {
        if (name[i] == 0) {
          name[i] = 'x';
        }
      }
      assertArrayEquals(name, FileName.encode(FileName.decode(name)));
    }
  }

  @Test
  void everyTextComesBack() {
    for (String text :
        List.of("a", "\u00E4", "\u65E5\u672C", "\uD83D\uDE00", "\uFFFD", "a/\u00FC/\uD83D\uDE00")) {
      assertEquals(text, FileName.decode(FileName.encode(text)));
    }
  }

  @Test
  void refusesNulAndStraySurrogates() {
    assertThrows(InvalidPathException.class, () -> FileName.encode("a\0b"));
    assertThrows(InvalidPathException.class, () -> FileName.encode("a\uD83Db"));
    assertThrows(InvalidPathException.class, () -> FileName.encode("\uDC00"));
  }

  @Test
  void aPathThatDoesNotDecodeKeepsItsBytes() {
    Path odd = Path.of(URI.create("file:///tmp/a%FFb/%C3%A9%80"));
    byte[] expected = {'/', 't', 'm', 'p', '/', 'a', -1, 'b', '/', -0x3D, -0x57, -128};
    assertArrayEquals(expected, FileName.encode(FileName.textOf(odd)));
    assertArrayEquals(
        new byte[] {'a', -1, 'b', '/', -0x3D, -0x57, -128},
        FileName.encode(FileName.textOf(odd.subpath(1, 3))));
  }

  @Test
  void aPathComesOfEveryText() {
    for (String text :
        List.of(
            "", "a", "/", "/a/b", "a/\uFFFD", "\uDCFF", "/a\uDCFFb/../\uDC80", "\uD83D\uDE00")) {
      assertEquals(text, FileName.textOf(FileName.pathOf(text)));
    }
    assertEquals("a/\uDCFF", FileName.textOf(FileName.pathOf("a//\uDCFF/")));
    assertThrows(InvalidPathException.class, () -> Path.of("\uDCFF"));
    assertThrows(InvalidPathException.class, () -> FileName.pathOf("\uD83D"));
    assertThrows(InvalidPathException.class, () -> FileName.pathOf("a\0b"));
  }

  /** What a stranger calls a file cannot speak to a terminal. */
  @Test
  void isShownWithoutAnythingThatATerminalObeys() {
    FileName odd = FileName.of("é\u001b[31m\u009b\u202e\n".getBytes(StandardCharsets.UTF_8));
    assertEquals("é\\x1b[31m\\x9b\\u202e\\x0a", odd.shown());
    assertEquals("a\\xff", FileName.of(new byte[] {'a', (byte) 0xff}).shown());
    assertEquals("/plain/name", FileName.of("/plain/name").toString());
  }

  @Test
  void isAValue() {
    byte[] bytes = {'a', (byte) 0xff};
    FileName name = FileName.of(bytes);
    assertEquals(name, FileName.of(name.text()));
    assertEquals(name.hashCode(), FileName.of(name.text()).hashCode());
    bytes[0] = 'b';
    assertNotEquals(FileName.of(bytes), name);
    assertThrows(InvalidPathException.class, () -> FileName.of(new byte[] {'a', 0, 'b'}));
    assertThrows(InvalidPathException.class, () -> FileName.of("a\0b"));
  }
}
