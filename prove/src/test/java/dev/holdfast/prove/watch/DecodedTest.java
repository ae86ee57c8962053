package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class DecodedTest {
  private static final String KEY = "this is the key 9274610385 of nobody else";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private interface Encoder {
    OutputStream on(OutputStream out) throws IOException;
  }

  private static byte[] encoded(byte[] text, Encoder encoder) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = encoder.on(bytes)) {
      out.write(text);
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(byte[] text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("empty"));
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry("key"));
      zip.write(text);
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }

  private static boolean hasKey(byte[] text) {
    return Decoded.of(text).stream().anyMatch(form -> Raw.of(form).contains(KEY));
  }

  @Test
  void isReadInManyForms() throws Exception {
    String many = (KEY + '\n').repeat(9);
    byte[] key = bytes(many);
    assertTrue(hasKey(encoded(key, GZIPOutputStream::new)));
    assertTrue(hasKey(encoded(key, DeflaterOutputStream::new)));
    assertTrue(hasKey(zip(key)));
    assertTrue(hasKey(Base64.getEncoder().encode(key)));
    assertTrue(hasKey(bytes("{\"k\": \"" + Base64.getUrlEncoder().encodeToString(key) + "\"}")));
    String mime = Base64.getMimeEncoder().encodeToString(key);
    assertTrue(hasKey(bytes("header: word\n\n" + mime + "\nend")));
    assertTrue(hasKey(bytes("word\n" + mime.replace("\r", ""))));
    String hex = HexFormat.of().formatHex(key);
    assertTrue(hasKey(bytes(hex)));
    assertTrue(hasKey(bytes(hex.replaceAll(".{60}", "$0\n"))));
    assertTrue(hasKey(bytes("key=" + hex + ";")));
    String spaced = HexFormat.ofDelimiter(" ").formatHex(key);
    assertTrue(hasKey(bytes(spaced.replaceAll(".{48}", "\n0000010 $0  |a text here|"))));
    assertTrue(
        hasKey(
            bytes(
                spaced.replaceAll("(..) (..) ", "$1$2 ").replaceAll(".{40}", "\n00000010: $0 k"))));
  }

  @Test
  void isReadInOneFormInAnother() throws Exception {
    byte[] packed = encoded(bytes(KEY), GZIPOutputStream::new);
    assertTrue(hasKey(Base64.getEncoder().encode(packed)));
    assertTrue(hasKey(zip(packed)));
    byte[] deep = zip(zip(zip(packed)));
    assertFalse(hasKey(deep));
  }

  @Test
  void whatIsCutShortIsReadAsFarAsItGoes() throws Exception {
    byte[] packed = encoded(bytes(KEY + "x".repeat(1 << 20)), GZIPOutputStream::new);
    assertTrue(hasKey(Arrays.copyOf(packed, packed.length - 40)));
  }

  @Test
  void aBombIsBounded() throws Exception {
    byte[] bomb = encoded(new byte[1 << 26], GZIPOutputStream::new);
    int size = Decoded.of(bomb).stream().mapToInt(form -> form.length).sum();
    assertTrue(size < 1 << 24, () -> "" + size);
    byte[] line = bytes("ab ".repeat(1 << 19) + "\n" + "ab".repeat(1 << 19) + "A".repeat(1 << 19));
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Decoded.of(line));
  }

  @Test
  void anOrdinaryTextIsNothingElse() {
    assertEquals(1, Decoded.of(bytes("a few short words, 12 and 7\nand so on\n")).size());
    assertEquals(List.of(0), Decoded.of(new byte[0]).stream().map(form -> form.length).toList());
  }
}
