package dev.holdfast.path;

import dev.holdfast.libc.Paths;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file, or a path: bytes without a NUL, as the kernel has it.
 *
 * <p>Names are bytes, Java strings are not. As text a name is UTF-8; a byte that is not part of
 * well-formed UTF-8 stands in the string as one unpaired surrogate, {@code U+DC80} to {@code
 * U+DCFF}, so that every name on disk has one string and comes back as the same bytes. All methods
 * of ours that take or return a name as {@code String} use this form. For people there is {@link
 * #shown}: what strangers called a file cannot speak to a terminal.
 *
 * <p><b>Threads.</b> Immutable. <b>Sources.</b> path_resolution(7); Python's PEP 383.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class FileName {
  private static final int ESCAPE = 0xDC00;

  private final byte[] bytes;

  private FileName(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * One that the kernel gave, or that is to be given to it.
   *
   * @throws InvalidPathException if it contains a NUL
   */
  public static FileName of(byte[] name) {
    if (Paths.invalid(name)) {
      throw new InvalidPathException(display(name), "a name cannot contain NUL");
    }
    return new FileName(name.clone());
  }

  /**
   * One that is spelled out.
   *
   * @throws InvalidPathException if it contains a NUL, or a surrogate that stands for no byte
   */
  public static FileName of(String name) {
    return new FileName(encode(name));
  }

  /**
   * The one that a {@code Path} of the default file system means, byte for byte even where the
   * JVM's locale could not decode it.
   *
   * @throws IllegalArgumentException if the path belongs to another provider
   */
  public static FileName of(Path path) {
    return new FileName(Paths.bytes(path));
  }

  /** For the kernel. Not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** As a string, without loss. */
  public String text() {
    return decode(bytes);
  }

  /** For people. */
  public String shown() {
    return display(bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileName that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return shown();
  }

  /**
   * For people: UTF-8 where it is, other bytes and characters that control a terminal, or the
   * direction of text, escaped.
   */
  public static String display(byte[] name) {
    return display(decode(name));
  }

  /**
   * A path as it is spelled; where Java cannot decode it, with the bytes escaped. {@code toString}
   * would be the name of another file.
   */
  public static String shownOf(Path path) {
    String spelled = path.toString();
    return spelled.indexOf('\uFFFD') < 0 ? spelled : display(Paths.bytes(path));
  }

  private static String display(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int type = Character.getType(c);
      if (type == Character.SURROGATE) {
        shown.append(String.format("\\x%02x", c & 0xff));
      } else if (type == Character.CONTROL) {
        shown.append(String.format("\\x%02x", c));
      } else if (type == Character.FORMAT
          || type == Character.LINE_SEPARATOR
          || type == Character.PARAGRAPH_SEPARATOR) {
        shown.append(String.format("\\u%04x", c));
      } else {
        shown.appendCodePoint(c);
      }
      i += Character.charCount(c);
    }
    return shown.toString();
  }

  /**
   * The bytes of a name.
   *
   * @throws InvalidPathException if it contains a NUL, or a surrogate that stands for no byte
   */
  public static byte[] encode(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    // Every other character has two bytes or more, but for the encoder's own question mark for a
    // stray surrogate.
    boolean plain = bytes.length == name.length() && !Paths.contains(bytes, (byte) 0, (byte) '?');
    return plain ? bytes : encodeChecked(name);
  }

  private static byte[] encodeChecked(String name) {
    boolean plain = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == 0) {
        throw new InvalidPathException(name, "a name cannot contain NUL", i);
      }
      plain &= !Character.isSurrogate(c);
    }
    return plain ? name.getBytes(StandardCharsets.UTF_8) : encodeSurrogates(name);
  }

  private static byte[] encodeSurrogates(String name) {
    ByteBuffer out = ByteBuffer.allocate(name.length() * 3);
    for (int i = 0; i < name.length(); ) {
      int c = name.codePointAt(i);
      if (c >= ESCAPE + 0x80 && c <= ESCAPE + 0xff) {
        out.put((byte) c);
      } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        throw new InvalidPathException(name, "an unpaired surrogate stands for no byte", i);
      } else {
        out.put(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(c);
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  /** The string of a name that came from the kernel. */
  public static String decode(byte[] name) {
    for (byte b : name) {
      if (b < 0) {
        return decodeNonAscii(name);
      }
    }
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private static String decodeNonAscii(byte[] name) {
    // A decoder reports by default, which is what tells malformed bytes apart from a real U+FFFD.
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer out = CharBuffer.allocate(name.length);
    for (; ; ) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xff)));
      }
      decoder.reset();
    }
  }

  /**
   * The {@code Path} that a text means: {@link #textOf} the other way round. {@code Path.of}
   * refuses text with bytes that are not UTF-8.
   *
   * @throws InvalidPathException if it contains a NUL, or a surrogate that stands for no byte
   */
  public static Path pathOf(String text) {
    return text.isEmpty() ? Path.of(text) : Paths.path(encode(text));
  }

  /**
   * The text of the name that a {@code Path} means.
   *
   * @throws IllegalArgumentException if the path belongs to another provider
   */
  public static String textOf(Path path) {
    byte[] bytes = Paths.bytes(path);
    return path.toString().indexOf('\uFFFD') < 0 ? path.toString() : decode(bytes);
  }
}
