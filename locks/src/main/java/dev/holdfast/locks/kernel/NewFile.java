package dev.holdfast.locks.kernel;

import dev.holdfast.libc.process.Identity;

/**
 * What a permanent lock file is like if it has to be made.
 *
 * @param permissions less the umask, unless they are meant exactly
 * @param exactly whatever the umask, and the default access control list of the directory, would
 *     make of them
 * @param group whose it is to be; {@link Identity#KEEP} for the one it gets by itself
 */
public record NewFile(int permissions, boolean exactly, int group) {
  /** For nobody but its owner. */
  static final NewFile PRIVATE = new NewFile(0600, false, Identity.KEEP);

  private static final int GROUP = 0660;

  /** Whoever writes 644 means 0644, and has 01204: the owner may not read, and all may. */
  NewFile withPermissions(int wanted) {
    if ((wanted & ~0777) != 0) {
      throw new IllegalArgumentException(
          "not permissions of a lock file: 0"
              + Integer.toOctalString(wanted)
              + " (decimal "
              + wanted
              + "): they are octal, as in 0660");
    }
    return new NewFile(wanted, true, group);
  }

  /** For the members of a group, unless other permissions were asked for. */
  NewFile withGroup(int wanted) {
    return new NewFile(exactly ? permissions : GROUP, true, wanted);
  }
}
