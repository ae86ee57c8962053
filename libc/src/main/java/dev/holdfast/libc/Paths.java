package dev.holdfast.libc;

import java.nio.charset.StandardCharsets;

/** Names as bytes: a file name need not be UTF-8. */
public final class Paths {
  private Paths() {}

  /** The bytes of a name that Java code spelled out. */
  public static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }

  /** For messages: UTF-8, with replacement characters where it is none. */
  public static String display(byte[] path) {
    return new String(path, StandardCharsets.UTF_8);
  }

  /** True if the kernel would see another name than the caller meant. */
  static boolean invalid(byte[] path) {
    for (byte b : path) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }
}
