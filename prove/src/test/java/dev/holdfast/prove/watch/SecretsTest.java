package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SecretsTest {
  private static final String KEY = "this is the key 9274610385 of nobody else";
  private static final String LICENSE = "everybody knows this licence by heart";

  private final Map<String, String> files = new HashMap<>();
  private final Map<String, Integer> reads = new HashMap<>();
  private final Secrets secrets = new Secrets(this::read);

  private byte[] read(String path) {
    reads.merge(path, 1, Integer::sum);
    return bytes(files.getOrDefault(path, ""));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void closed(String path, String text) {
    files.put(path, text);
    secrets.closed(path);
  }

  private void open(String path, String text) {
    files.put(path, text);
    secrets.open(path);
  }

  @Test
  void bytesAreKnownAgainAnywhere() {
    closed("/key", KEY);
    closed("/other", "topsecret\n");
    assertEquals(Set.of("/key"), secrets.in(bytes("x" + KEY + "y")));
    assertEquals(Set.of("/other", "/key"), secrets.in(bytes(KEY.substring(16, 40) + "topsecret")));
    assertEquals(Set.of(), secrets.in(bytes("nothing of the kind, and a bit longer")));
    assertEquals(Set.of(), secrets.in(bytes("short")));
  }

  /** A closed program or library has the digits and the alphabet in it, and so has many a text. */
  @Test
  void whatAnyProgramHasIsNoSecret() {
    closed("/lib/closed.so", "0123456789abcdef" + "abcdefghijklmnop" + KEY);
    assertEquals(
        Set.of(), secrets.in(bytes("table = '0123456789abcdefghijklmnopqrstuvwxyz'; more")));
    assertEquals(Set.of("/lib/closed.so"), secrets.in(bytes(KEY)));
  }

  @Test
  void ofALargeFileOnePieceIsChance() {
    StringBuilder large = new StringBuilder();
    for (int i = 0; large.length() < 1 << 18; i++) {
      large.append("entry ").append(i * 7919L).append(" of many\n");
    }
    closed("/large", large.toString());
    assertEquals(Set.of(), secrets.in(bytes(large.substring(0, 40))));
    assertEquals(Set.of("/large"), secrets.in(bytes(large.substring(0, 1000))));
  }

  @Test
  void whatStandsInAnOpenFileIsNoSecret() {
    closed("/key", LICENSE + "\n" + KEY);
    open("/licence", LICENSE);
    assertEquals(Set.of(), secrets.in(bytes(LICENSE)));
    assertEquals(Set.of("/key"), secrets.in(bytes(KEY)));
  }

  @Test
  void theOrderInWhichTheyAreNamedDoesNotMatter() {
    closed("/key", LICENSE);
    assertEquals(Set.of("/key"), secrets.in(bytes(LICENSE)));
    open("/licence", LICENSE);
    assertEquals(Set.of(), secrets.in(bytes(LICENSE)));
    closed("/copy", LICENSE + KEY);
    assertEquals(Set.of("/copy"), secrets.in(bytes(LICENSE + KEY)));
    assertEquals(Set.of(), secrets.in(bytes(LICENSE)));
  }

  @Test
  void anOpenFileIsTakenAsItWasBeforeItChanged() {
    closed("/key", LICENSE + "\n" + KEY);
    open("/log", LICENSE);
    secrets.changes("/log");
    files.put("/log", KEY);
    assertEquals(Set.of("/key"), secrets.in(bytes(KEY)));
    assertEquals(Set.of(), secrets.in(bytes(LICENSE)));
    closed("/other", "what somebody else may not read");
    assertEquals(Set.of("/key"), secrets.in(bytes(KEY)));
  }

  @Test
  void whoeverIsNeverFoundNeedNoComparison() {
    closed("/key", KEY);
    open("/large/program", LICENSE);
    assertEquals(Set.of(), secrets.in(bytes("something else that is long enough")));
    assertEquals(Map.of("/key", 1), reads);
  }

  /** A table of pieces grows, and two files may have the same. */
  @Test
  void manyPiecesOfManyFiles() {
    for (int file = 0; file < 3; file++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 5000; i++) {
        text.append(Long.toString((i + 2500 * file) * 0x9E3779B97F4A7C15L, 36)).append('\n');
      }
      closed("/file" + file, text.toString());
    }
    String ofTwo = files.get("/file1").substring(0, 300);
    assertEquals(Set.of("/file0", "/file1"), secrets.in(bytes(ofTwo)));
    assertEquals(Set.of("/file2"), secrets.in(bytes(files.get("/file2").substring(50_000))));
    open("/public", files.get("/file0"));
    assertEquals(Set.of(), secrets.in(bytes(ofTwo)));
    assertEquals(Set.of("/file2"), secrets.in(bytes(files.get("/file2").substring(50_000))));
  }

  @Test
  void eachFileIsReadOnceHoweverMuchIsLookedThrough() {
    closed("/key", KEY);
    open("/licence", LICENSE);
    for (int i = 0; i < 100; i++) {
      secrets.in(bytes(KEY + i));
      secrets.in(bytes("something else that is long enough"));
    }
    assertEquals(Map.of("/key", 1, "/licence", 1), reads);
  }
}
