package dev.holdfast.path;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
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
}
