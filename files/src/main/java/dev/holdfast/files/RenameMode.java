package dev.holdfast.files;

import dev.holdfast.libc.Unistd;

/** What a rename does with an object that already has the new name, rename(2). */
public enum RenameMode {
  /** It loses its name, in the same instant. */
  REPLACE(0),
  /** It stays, and the rename fails. */
  NO_REPLACE(Unistd.RENAME_NOREPLACE),
  /** It gets the old name, in the same instant. Both must be there. */
  EXCHANGE(Unistd.RENAME_EXCHANGE);

  final int flags;

  RenameMode(int flags) {
    this.flags = flags;
  }
}
