package dev.holdfast.prove.watch;

/** What a system call does with the object that a name leads to. */
public enum Action {
  /** Asks about it: {@code stat}, {@code lstat}, {@code statx}, {@code getxattr}. */
  STAT(true),
  /** Asks whether the real user may use it: {@code access}. */
  ACCESS(true),
  READLINK(true),
  OPEN(false),
  EXEC(false),
  CHMOD(false),
  CHOWN(false),
  TRUNCATE(false),
  TIMES(false),
  XATTR(false),
  CHDIR(false),
  CHROOT(false),
  MOUNT(false),
  MKDIR(false),
  MKNOD(false),
  SYMLINK(false),
  UNLINK(false),
  RMDIR(false),
  RENAME(false),
  LINK(false),
  /** {@code fchmod}, {@code fchown} and their like: no name, so nothing to race. */
  DESCRIPTOR(false),
  /** {@code setuid} and its like. */
  IDENTITY(false);

  private final boolean check;

  Action(boolean check) {
    this.check = check;
  }

  /** True if the call only asks: what it learnt may be stale at the next call. */
  public boolean isCheck() {
    return check;
  }

  /** True for changes of an object's metadata or place by name (hazard S03). */
  public boolean isMetadata() {
    return switch (this) {
      case CHMOD, CHOWN, TRUNCATE, TIMES, XATTR, CHDIR, CHROOT -> true;
      default -> false;
    };
  }

  /** True if the last name of the path is itself created, removed or moved, never followed. */
  public boolean actsOnEntry() {
    return switch (this) {
      case MKDIR, MKNOD, SYMLINK, UNLINK, RMDIR, RENAME, LINK, READLINK -> true;
      default -> false;
    };
  }
}
