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
    return contains(path, (byte) 0);
  }

  /** Looks at eight bytes at a time: every name that goes to the kernel passes here. */
  public static boolean contains(byte[] name, byte wanted) {
    int at = 0;
    for (; at + Long.BYTES <= name.length; at += Long.BYTES) {
      // The wanted byte is zero now, and only a zero byte can borrow from its top bit.
      long eight = (long) EIGHT.get(name, at) ^ (wanted & 0xff) * EACH;
      if ((eight - EACH & ~eight & EACH << 7) != 0) {
        return true;
      }
    }
    for (; at < name.length; at++) {
      if (name[at] == wanted) {
        return true;
      }
    }
    return false;
  }
}
