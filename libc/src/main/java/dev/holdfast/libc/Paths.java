package dev.holdfast.libc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.Arrays;

/** Names as bytes: a file name need not be UTF-8. */
public final class Paths {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final long EACH = 0x0101010101010101L;

  private Paths() {}

  /** The bytes of a name that Java code spelled out. */
  public static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The bytes of the name that a {@code Path} of the default file system means, also where the
   * JVM's locale could not decode it.
   *
   * @throws ProviderMismatchException if the path belongs to another provider
   */
  public static byte[] bytes(Path path) {
    requireDefault(path);
    String text = path.toString();
    if (text.indexOf('\uFFFD') < 0) {
      return bytes(text);
    }
    // Its URI escapes the bytes themselves; what the JVM prepended is counted in components.
    byte[] absolute = unescape(path.toAbsolutePath().toUri().getRawPath());
    int end = absolute.length;
    if (end > 1 && absolute[end - 1] == '/') {
      // The URI of what is a directory ends so.
      end--;
    }
    int from = 0;
    if (!path.isAbsolute()) {
      from = end;
      for (int left = path.getNameCount(); left > 0; left--) {
        do {
          from--;
        } while (absolute[from] != '/');
      }
      from++;
    }
    return Arrays.copyOfRange(absolute, from, end);
  }

  /** The path whose name these bytes are, whether or not the JVM's locale can decode them. */
  public static Path path(byte[] name) {
    String text = display(name);
    if (text.indexOf('\uFFFD') < 0) {
      try {
        return Path.of(text);
      } catch (InvalidPathException notOfThisLocale) {
        if (invalid(name)) {
          throw notOfThisLocale;
        }
      }
    }
    // Of a URI Java takes the bytes as they are.
    StringBuilder escaped = new StringBuilder("file:///");
    for (byte each : name) {
      escaped.append(each == '/' ? "/" : String.format("%%%02x", each & 0xff));
    }
    Path absolute = Path.of(URI.create(escaped.toString()));
    return name[0] == '/' ? absolute : absolute.subpath(0, absolute.getNameCount());
  }

  /** In the same directory, with something before and after its name. */
  public static Path besideOf(Path file, String before, String after) {
    String text = file.toString();
    if (text.indexOf('\uFFFD') < 0) {
      return file.resolveSibling(before + file.getFileName() + after);
    }
    byte[] first = bytes(before);
    byte[] last = bytes(after);
    byte[] name = bytes(file.getFileName());
    ByteBuffer whole = ByteBuffer.allocate(first.length + name.length + last.length);
    whole.put(first).put(name).put(last);
    return file.resolveSibling(path(whole.array()));
  }

  /**
   * The path, if the kernel can know it: what is inside an archive or in memory has names that look
   * like those of other files.
   *
   * @throws ProviderMismatchException if the path belongs to another provider
   */
  public static Path requireDefault(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new ProviderMismatchException("not a path of the default file system: " + path);
    }
    return path;
  }

  private static byte[] unescape(String raw) {
    ByteBuffer out = ByteBuffer.allocate(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        out.put((byte) Integer.parseInt(raw, i + 1, i + 3, 16));
        i += 2;
      } else {
        out.put((byte) c);
      }
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  /** For messages: UTF-8, with replacement characters where it is none. */
  public static String display(byte[] path) {
    return new String(path, StandardCharsets.UTF_8);
  }

  /** True if the kernel would see another name than the caller meant. */
  public static boolean invalid(byte[] path) {
    return contains(path, (byte) 0, (byte) 0);
  }

  /** True if one of these two bytes is in a name. */
  public static boolean contains(byte[] name, byte one, byte other) {
    int at = 0;
    for (; at + Long.BYTES <= name.length; at += Long.BYTES) {
      long eight = (long) EIGHT.get(name, at);
      if ((has(eight, one) | has(eight, other)) != 0) {
        return true;
      }
    }
    for (; at < name.length; at++) {
      if (name[at] == one || name[at] == other) {
        return true;
      }
    }
    return false;
  }

  /** Not zero if one of eight bytes is the wanted one; every name for the kernel passes here. */
  private static long has(long eight, byte wanted) {
    // The wanted byte becomes zero, and only a zero byte can borrow from its top bit.
    long zero = eight ^ (wanted & 0xff) * EACH;
    return zero - EACH & ~zero & EACH << 7;
  }
}
