package dev.holdfast.prove.watch;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipInputStream;

/**
 * What stands in a text in another form, as far as the JDK can read it: compressed with gzip or
 * zlib, in a zip archive, in base64 or hexadecimal digits; also one form in another.
 *
 * <p>Sources: RFC 1950, 1952 and 4648, PKWARE's APPNOTE.TXT.
 */
final class Decoded {
  /** Of one text no more is decoded, in all its forms. */
  private static final int MOST_BYTES = 8 << 20;

  private static final int DEEPEST = 3;
  private static final int ZLIB = 0x78;
  private static final int ZLIB_CHECK = 31;

  /** Shorter ones are words. */
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{8,}={0,2}");

  private static final Pattern BASE64_LINE = Pattern.compile("[A-Za-z0-9+/_-]+={0,2}");

  /** In shorter lines nobody divides one. */
  private static final int SHORTEST_LINE = 40;

  private static final String BYTE = "(?:[0-9A-Fa-f]{2})";
  private static final Pattern HEX = Pattern.compile(BYTE + "{5,}");

  /** A line of a dump: hexdump(1) with -C, od(1) with -t x1, xxd(1). */
  private static final Pattern DUMP =
      Pattern.compile(
          "\\s*(?:[0-9A-Fa-f]{5,}:?\\s+)?(B{1,2}(?:\\s+B{1,2})*)(?:\\s.*)?".replace("B", BYTE));

  private static final int LONGEST_DUMP = 200;

  private final List<byte[]> texts = new ArrayList<>();
  private int bytes;

  private Decoded() {}

  /** The text itself, and what it is decoded. */
  static List<byte[]> of(byte[] text) {
    Decoded decoded = new Decoded();
    decoded.add(text, DEEPEST);
    return decoded.texts;
  }

  private void add(byte[] text, int depth) {
    texts.add(text);
    if (depth == 0 || text.length == 0) {
      return;
    }
    int first = text[0] & 0xff;
    int second = text.length < 2 ? 0 : text[1] & 0xff;
    ByteArrayInputStream in = new ByteArrayInputStream(text);
    if (first == 0x1f && second == 0x8b) {
      add(all(() -> new GZIPInputStream(in)), depth - 1);
    } else if (first == ZLIB && (first << 8 | second) % ZLIB_CHECK == 0) {
      add(all(() -> new InflaterInputStream(in)), depth - 1);
    } else if (first == 'P' && second == 'K') {
      zip(in, depth - 1);
    } else if (isText(text)) {
      String lines = Raw.of(text);
      addIfAny(base64(lines), depth - 1);
      addIfAny(hex(lines), depth - 1);
    }
  }

  private void addIfAny(byte[] text, int depth) {
    if (text.length > 0) {
      add(text, depth);
    }
  }

  private interface Opening {
    InputStream open() throws IOException;
  }

  /** As much as can be read. */
  private byte[] all(Opening opening) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InputStream in = opening.open()) {
      byte[] some = new byte[1 << 13];
      for (int n = in.read(some); n >= 0 && bytes < MOST_BYTES; n = in.read(some)) {
        out.write(some, 0, n);
        bytes += n;
      }
    } catch (IOException cutShort) {
      // What came before is there all the same.
    }
    return out.toByteArray();
  }

  private void zip(InputStream in, int depth) {
    try (ZipInputStream zip = new ZipInputStream(in)) {
      while (bytes < MOST_BYTES && zip.getNextEntry() != null) {
        add(all(() -> new Uncloseable(zip)), depth);
      }
    } catch (IOException | IllegalArgumentException cutShort) {
      // As above.
    }
  }

  /** The stream of one entry ends, and that of the archive goes on. */
  private static final class Uncloseable extends FilterInputStream {
    Uncloseable(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }

  private static boolean isText(byte[] text) {
    for (byte b : text) {
      if (b >= 0 && b < '\t') {
        return false;
      }
    }
    return true;
  }

  /** Lines of the same length are one word; a last shorter one belongs to them. */
  private static byte[] base64(String text) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    StringBuilder word = new StringBuilder();
    int length = 0;
    for (String line : text.split("\r?\n", -1)) {
      boolean whole = BASE64_LINE.matcher(line).matches();
      if (!whole || line.length() > length) {
        decode(word, all);
        length = line.length() < SHORTEST_LINE ? 0 : line.length();
      }
      if (whole) {
        word.append(line);
      } else {
        BASE64.matcher(line).results().forEach(w -> decode(new StringBuilder(w.group()), all));
      }
      if (line.length() != length) {
        decode(word, all);
        length = 0;
      }
    }
    decode(word, all);
    return all.toByteArray();
  }

  private static void decode(StringBuilder word, ByteArrayOutputStream all) {
    String plain = word.toString();
    word.setLength(0);
    if (plain.equals(plain.toLowerCase(Locale.ROOT))
        || plain.equals(plain.toUpperCase(Locale.ROOT))) {
      // A word, or other digits.
      return;
    }
    plain = plain.replace('-', '+').replace('_', '/').replace("=", "");
    // One letter alone is no byte.
    int length = plain.length() % 4 == 1 ? plain.length() - 1 : plain.length();
    if (length > 0) {
      all.writeBytes(Base64.getDecoder().decode(plain.substring(0, length)));
      all.write('\n');
    }
  }

  private static byte[] hex(String text) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String line : text.split("\r?\n", -1)) {
      String plain = line.strip();
      Matcher dump = DUMP.matcher(line.length() > LONGEST_DUMP ? "" : line);
      if (HEX.matcher(plain).matches()) {
        all.writeBytes(HexFormat.of().parseHex(plain));
      } else if (dump.matches()) {
        all.writeBytes(HexFormat.of().parseHex(dump.group(1).replaceAll("\\s", "")));
      } else {
        HEX.matcher(line)
            .results()
            .forEach(word -> all.writeBytes(HexFormat.of().parseHex(word.group())));
      }
    }
    return all.toByteArray();
  }
}
