package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpreterTest {
  private static String of(byte[] start) {
    return Raw.of(Interpreter.of(start));
  }

  @ParameterizedTest
  @CsvSource({
    "'#!/bin/sh', /bin/sh",
    "'#!/bin/sh\n:', /bin/sh",
    "'#! \t/usr/bin/env -S sh\n', /usr/bin/env",
    "'#!sh\r\n', 'sh\r'",
    "'#!\n/bin/sh', ''",
    "'#!', ''",
    "'# !/bin/sh', ''",
    "'', ''",
  })
  void ofAScript(String start, String interpreter) {
    assertEquals(unescaped(interpreter), of(Raw.bytes(unescaped(start))));
  }

  private static String unescaped(String text) {
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
  }

  private static byte[] program() throws Exception {
    try (InputStream in = Files.newInputStream(Path.of(ChildJvm.launcher()).toRealPath())) {
      return in.readNBytes(Interpreter.START);
    }
  }

  @Test
  void ofAnElfProgramItIsTheLoader() throws Exception {
    Path loader = Path.of(of(program()));
    assertTrue(loader.isAbsolute() && Files.isRegularFile(loader), loader::toString);
  }

  /** Whoever makes the file must not get at our memory, nor stop us. */
  @Test
  void aBrokenElfProgramHasNone() throws Exception {
    byte[] whole = program();
    for (int length = 0; length < whole.length; length += 7) {
      String found = of(Arrays.copyOf(whole, length));
      assertTrue(found.isEmpty() || found.startsWith("/"), found);
    }
    for (long headers : new long[] {-1, Integer.MAX_VALUE, Long.MAX_VALUE, 4095}) {
      byte[] broken = whole.clone();
      ByteBuffer.wrap(broken).order(ByteOrder.LITTLE_ENDIAN).putLong(32, headers);
      assertEquals("", of(broken));
    }
    byte[] far = whole.clone();
    ByteBuffer file = ByteBuffer.wrap(far).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(file.getLong(32));
    while (file.getInt(header) != 3) {
      header += file.getShort(54);
    }
    file.putLong(header + 8, 1L << 30).putLong(header + 32, 1L << 31);
    assertEquals("", of(far));
  }
}
