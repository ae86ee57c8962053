package dev.holdfast.prove.plan;

/** A short name for a window that every run of the same program gives to the same window. */
public final class WindowId {
  private WindowId() {}

  /** Sixty-four bits of FNV-1a, mixed once more, as twelve hexadecimal digits. */
  public static String of(String key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    return String.format("%012x", hash & 0xffffffffffffL);
  }
}
