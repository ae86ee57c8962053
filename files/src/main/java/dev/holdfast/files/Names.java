package dev.holdfast.files;

import dev.holdfast.libc.Paths;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Names are bytes, Java strings are not: the bridge, without loss.
 *
 * <p>A name is UTF-8. A byte that is not part of well-formed UTF-8 stands in the string as one
 * unpaired surrogate, {@code U+DC80} to {@code U+DCFF}, so that every name on disk has one string
 * and comes back as the same bytes. All of this module's methods that take or return a name as
 * {@code String} use this form.
 *
 * <p><b>Threads.</b> Safe for all. <b>Sources.</b> path_resolution(7); Python's PEP 383.
 */
public final class Names {
  private static final int ESCAPE = 0xDC00;

  private Names() {}

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
   * The name a {@code Path} of the default file system means, byte for byte even where the JVM's
   * locale could not decode it.
   *
   * @throws IllegalArgumentException if the path belongs to another provider
   */
  public static String of(Path path) {
    byte[] bytes = Paths.bytes(path);
    return path.toString().indexOf('\uFFFD') < 0 ? path.toString() : decode(bytes);
  }
}
