package dev.holdfast.prove.payload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cpio archive with the same entries, all of which may be executed: in the "new" form, as of
 * initial RAM disks and packages, and in POSIX's old one.
 *
 * <p>Source: cpio(5).
 */
final class CpioArchive implements Archive {
  private static final int TYPE = 0170000;
  private static final int FILE = 0100000;
  private static final String LAST = "TRAILER!!!";
  private static final int ALIGNED = 4;

  /**
   * How a header is written.
   *
   * @param modeAt where its fields begin, and how long they are
   */
  private record Form(
      String magic,
      int radix,
      int header,
      int modeAt,
      int modeLength,
      int sizeAt,
      int sizeLength,
      int nameAt,
      int nameLength,
      boolean padded) {
    int number(byte[] header, int at, int length) throws IOException {
      try {
        return Integer.parseInt(text(header, at, length), radix);
      } catch (NumberFormatException e) {
        throw new IOException("a cpio archive with a number that is none", e);
      }
    }

    void put(byte[] header, int at, int length, int number) {
      String digits = Integer.toString(number, radix).toUpperCase(Locale.ROOT);
      byte[] bytes = ("0".repeat(length - digits.length()) + digits).getBytes(LATIN);
      System.arraycopy(bytes, 0, header, at, length);
    }

    int after(int length) {
      return padded ? (ALIGNED - length % ALIGNED) % ALIGNED : 0;
    }
  }

  private static final Charset LATIN = StandardCharsets.ISO_8859_1;
  private static final Form NEW = new Form("070701", 16, 110, 14, 8, 54, 8, 94, 8, true);
  private static final Form OLD = new Form("070707", 8, 76, 18, 6, 65, 11, 59, 6, false);

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".cpio") || isCpio(reader.original());
  }

  static boolean isCpio(byte[] original) {
    return form(original, 0) != null;
  }

  private static @Nullable Form form(byte[] bytes, int at) {
    for (Form form : new Form[] {NEW, OLD}) {
      int end = at + form.header;
      if (end <= bytes.length && text(bytes, at, form.magic.length()).equals(form.magic)) {
        return form;
      }
    }
    return null;
  }

  private static String text(byte[] bytes, int at, int length) {
    return new String(bytes, at, length, LATIN);
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    byte[] original = reader.original();
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    for (int at = 0; ; ) {
      Form form = form(original, at);
      if (form == null) {
        throw new IOException("not a cpio archive");
      }
      byte[] header = Arrays.copyOfRange(original, at, at + form.header);
      int nameLength = form.number(header, form.nameAt, form.nameLength);
      int size = form.number(header, form.sizeAt, form.sizeLength);
      int start = at + form.header + nameLength;
      start += form.after(start - at);
      if (nameLength < 1 || size < 0 || start < at || original.length - start < size) {
        throw new IOException("a cpio archive that ends in an entry");
      }
      byte[] name = Arrays.copyOfRange(original, at + form.header, at + form.header + nameLength);
      byte[] content = Arrays.copyOfRange(original, start, start + size);
      String said = text(name, 0, nameLength - 1);
      int mode = form.number(header, form.modeAt, form.modeLength);
      if ((mode & TYPE) == FILE && !said.equals(LAST)) {
        content = Archive.entry(reader, said, content, marker, note);
        form.put(header, form.modeAt, form.modeLength, FILE | 0755);
        form.put(header, form.sizeAt, form.sizeLength, content.length);
      }
      archive.writeBytes(header);
      archive.writeBytes(name);
      archive.writeBytes(new byte[form.after(form.header + nameLength)]);
      archive.writeBytes(content);
      archive.writeBytes(new byte[form.after(content.length)]);
      if (said.equals(LAST)) {
        return archive.toByteArray();
      }
      at = start + size + form.after(size);
    }
  }
}
