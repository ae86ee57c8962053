package dev.holdfast.prove.payload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A tar archive with the same entries, all of which may be executed. Long names and other headers
 * are taken over as they stand.
 *
 * <p>Source: tar(5), POSIX.1-2008 pax, "ustar Interchange Format".
 */
final class TarArchive implements Archive {
  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int MODE_AT = 100;
  private static final int SIZE_AT = 124;
  private static final int SIZE_LENGTH = 12;
  private static final int SUM_AT = 148;
  private static final int SUM_LENGTH = 8;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final String MAGIC = "ustar";
  private static final int RADIX = 8;

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".tar") || isTar(reader.original());
  }

  static boolean isTar(byte[] original) {
    return original.length >= BLOCK && text(original, MAGIC_AT, MAGIC.length()).equals(MAGIC);
  }

  private static String text(byte[] bytes, int from, int length) {
    return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    byte[] original = reader.original();
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    int at = 0;
    while (at + BLOCK <= original.length && original[at] != 0) {
      byte[] header = Arrays.copyOfRange(original, at, at + BLOCK);
      int size = size(header);
      int end = at + BLOCK + size;
      if (end < at || end > original.length) {
        throw new IOException("a tar archive that ends in an entry");
      }
      byte[] content = Arrays.copyOfRange(original, at + BLOCK, end);
      boolean file = header[TYPE_AT] == '0' || header[TYPE_AT] == 0;
      if (file) {
        String name = text(header, 0, NAME).replaceAll("\0.*", "");
        content = Archive.entry(reader, name, content, marker, note);
        put(header, MODE_AT, SUM_LENGTH, 0755);
      }
      add(archive, header, content);
      at = end + padding(size);
    }
    if (at == 0) {
      throw new IOException("not a tar archive");
    }
    return end(archive);
  }

  private static int size(byte[] header) throws IOException {
    String digits = text(header, SIZE_AT, SIZE_LENGTH).replaceAll("[ \0]", "");
    try {
      return digits.isEmpty() ? 0 : Integer.parseInt(digits, RADIX);
    } catch (NumberFormatException e) {
      throw new IOException("a tar archive with an entry of size " + digits, e);
    }
  }

  /** A new one with an entry that may be executed. */
  static void file(ByteArrayOutputStream archive, String name, byte[] content) {
    byte[] header = new byte[BLOCK];
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, 0, bytes.length);
    put(header, MODE_AT, SUM_LENGTH, 0755);
    put(header, MODE_AT + SUM_LENGTH, SUM_LENGTH, 0);
    put(header, MODE_AT + 2 * SUM_LENGTH, SUM_LENGTH, 0);
    put(header, SIZE_AT + SIZE_LENGTH, SIZE_LENGTH, 0);
    header[TYPE_AT] = '0';
    byte[] magic = (MAGIC + "\00000").getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(magic, 0, header, MAGIC_AT, magic.length);
    add(archive, header, content);
  }

  static byte[] end(ByteArrayOutputStream archive) {
    archive.writeBytes(new byte[2 * BLOCK]);
    return archive.toByteArray();
  }

  private static void add(ByteArrayOutputStream archive, byte[] header, byte[] content) {
    put(header, SIZE_AT, SIZE_LENGTH, content.length);
    Arrays.fill(header, SUM_AT, SUM_AT + SUM_LENGTH, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += Byte.toUnsignedInt(b);
    }
    put(header, SUM_AT, SUM_LENGTH - 1, sum);
    archive.writeBytes(header);
    archive.writeBytes(content);
    archive.writeBytes(new byte[padding(content.length)]);
  }

  private static void put(byte[] header, int at, int length, int number) {
    String digits = String.format("%0" + (length - 1) + "o\0", number);
    System.arraycopy(digits.getBytes(StandardCharsets.ISO_8859_1), 0, header, at, length);
  }

  private static int padding(int size) {
    return (BLOCK - size % BLOCK) % BLOCK;
  }
}
