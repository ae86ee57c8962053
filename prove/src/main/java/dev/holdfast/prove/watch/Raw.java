package dev.holdfast.prove.watch;

import dev.holdfast.path.FileName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Path bytes held in a {@link String}, one character a byte: hashable and comparable, and no name
 * is lost because it is not UTF-8.
 */
public final class Raw {
  private Raw() {}

  public static String of(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  public static byte[] bytes(String raw) {
    return raw.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A raw string for what Java code or a user spelled out. */
  public static String fromText(String text) {
    return of(FileName.encode(text));
  }

  /** For people. */
  public static String display(String raw) {
    return FileName.display(bytes(raw));
  }

  /** The names of a path one by one, without empty ones and dots. */
  public static Deque<String> names(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    return names;
  }

  /** The directory that an absolute path names something in. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /** Directory and entry put together. */
  public static String join(String directory, String entry) {
    return directory.endsWith("/") ? directory + entry : directory + "/" + entry;
  }
}
