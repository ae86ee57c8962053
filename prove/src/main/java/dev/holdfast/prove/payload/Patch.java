package dev.holdfast.prove.payload;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** A patch for the same lines of the same files: each line that it adds makes the marker. */
final class Patch implements Payload {
  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".patch", ".diff")
        || reader.startsWith('d', 'i', 'f', 'f', ' ')
        || reader.startsWith('-', '-', '-', ' ');
  }

  /** Any program may apply it. */
  @Override
  public boolean isReadBy(Reader reader) {
    return false;
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) {
    String adds = "+: > " + marker + " # " + note;
    String original = new String(reader.original(), StandardCharsets.ISO_8859_1);
    return original
        .lines()
        .map(line -> line.startsWith("+") && !line.startsWith("+++") ? adds : line)
        .collect(Collectors.joining("\n", "", "\n"))
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
