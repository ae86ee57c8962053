package dev.holdfast.files;

import dev.holdfast.libc.Statx;

/** What sort of object a name stands for: the type bits of {@code st_mode}, inode(7). */
public enum FileKind {
  REGULAR(Statx.S_IFREG, "a regular file"),
  DIRECTORY(Statx.S_IFDIR, "a directory"),
  SYMLINK(Statx.S_IFLNK, "a symbolic link"),
  FIFO(Statx.S_IFIFO, "a FIFO"),
  SOCKET(Statx.S_IFSOCK, "a socket"),
  CHARACTER_DEVICE(Statx.S_IFCHR, "a character device"),
  BLOCK_DEVICE(Statx.S_IFBLK, "a block device");

  /** One bit of a set of kinds. */
  final int bit;

  private final String description;

  FileKind(int typeBits, String description) {
    this.bit = bitOf(typeBits);
    this.description = description;
  }

  /** With its article, for messages. */
  public String description() {
    return description;
  }

  /** The bit of the kind that these type bits mean. */
  static int bitOf(int mode) {
    return 1 << ((mode & Statx.S_IFMT) >> 12);
  }

  static FileKind ofMode(int mode) {
    return switch (mode & Statx.S_IFMT) {
      case Statx.S_IFDIR -> DIRECTORY;
      case Statx.S_IFLNK -> SYMLINK;
      case Statx.S_IFIFO -> FIFO;
      case Statx.S_IFSOCK -> SOCKET;
      case Statx.S_IFCHR -> CHARACTER_DEVICE;
      case Statx.S_IFBLK -> BLOCK_DEVICE;
      default -> REGULAR;
    };
  }
}
