package dev.holdfast.libc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Plain reads and writes of this process's memory by address. Only for addresses that a {@link
 * Scratch} handed out or that the kernel gave: nothing here checks them.
 */
public final class Memory {
  /** A constant, so that the compiler leaves most of a segment's checks away. */
  static final MemorySegment ALL = all();

  private static MemorySegment all() {
    try {
      return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    } catch (IllegalCallerException refused) {
      throw new NativeAccessError(refused);
    }
  }

  private Memory() {}

  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  public static short getShort(long address) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
  }

  public static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
  }

  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  public static void putShort(long address, short value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }

  public static void putInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
  }

  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  public static void copyOut(long address, byte[] target, int offset, int length) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, target, offset, length);
  }

  public static void copyOut(long address, long[] target) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_LONG_UNALIGNED, address, target, 0, target.length);
  }

  public static void copyIn(byte[] source, int offset, long address, int length) {
    MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, address, length);
  }

  /** From any segment, such as a read-only heap buffer's. */
  static void copyIn(MemorySegment source, long address, long length) {
    MemorySegment.copy(source, 0, ALL, address, length);
  }

  public static void zero(long address, long length) {
    long at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      putLong(address + at, 0);
    }
    for (; at < length; at++) {
      putByte(address + at, (byte) 0);
    }
  }
}
