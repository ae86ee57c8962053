package dev.holdfast.files.ground;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Permission bits as a number and as {@code java.nio.file} has them. */
public final class Modes {
  /** All bits that chmod(2) sets. */
  public static final int ANY = 07777;

  private static final PosixFilePermission[] PERMISSIONS = PosixFilePermission.values();

  private Modes() {}

  public static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < PERMISSIONS.length; i++) {
      if ((mode & 0400 >> i) != 0) {
        set.add(PERMISSIONS[i]);
      }
    }
    return set;
  }

  /** The permission bits of a set, such as {@code 0644}. */
  public static int of(Set<PosixFilePermission> permissions) {
    int mode = 0;
    for (int i = 0; i < PERMISSIONS.length; i++) {
      if (permissions.contains(PERMISSIONS[i])) {
        mode |= 0400 >> i;
      }
    }
    return mode;
  }

  public static String octal(int mode) {
    return "0" + Integer.toOctalString(mode);
  }
}
