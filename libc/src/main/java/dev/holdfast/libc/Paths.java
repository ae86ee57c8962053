package dev.holdfast.libc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

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

  /** For messages: UTF-8, with replacement characters where it is none. */
  public static String display(byte[] path) {
    return new String(path, StandardCharsets.UTF_8);
  }

  /** True if the kernel would see another name than the caller meant. */
  static boolean invalid(byte[] path) {
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
