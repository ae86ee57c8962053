package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PathsTest {
  private static boolean containsOneByOne(byte[] name, byte one, byte other) {
    for (byte b : name) {
      if (b == one || b == other) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aByteIsFoundWhereverItStands() {
    for (int length = 0; length < 40; length++) {
      byte[] name = Paths.bytes("x".repeat(length));
      assertEquals(false, Paths.contains(name, (byte) 0, (byte) '?'), "length " + length);
      for (int at = 0; at < length; at++) {
        byte[] with = name.clone();
        with[at] = (byte) (at % 2 == 0 ? 0 : '?');
        assertEquals(
            true, Paths.contains(with, (byte) 0, (byte) '?'), "at " + at + " of " + length);
      }
    }
  }

  @Test
  void bytesThatDifferLittleAreToldApart() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      byte wanted = (byte) random.nextInt(256);
      byte other = (byte) random.nextInt(256);
      byte[] name = new byte[random.nextInt(24)];
      for (int at = 0; at < name.length; at++) {
        int bit = 1 << random.nextInt(8);
        name[at] = (byte) (random.nextInt(30) == 0 ? wanted : wanted ^ bit);
      }
      assertEquals(containsOneByOne(name, wanted, other), Paths.contains(name, wanted, other));
    }
  }
}
