package dev.holdfast.files;

import dev.holdfast.libc.Dirent;
import dev.holdfast.path.FileName;
import org.jspecify.annotations.Nullable;

/**
 * A name that a directory listed: a hint of what was there, to be opened and checked before it is
 * believed.
 *
 * @param name in the form of {@link FileName}
 * @param kindOrNull null where the file system does not say
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record DirectoryEntry(String name, @Nullable FileKind kindOrNull) {

  static DirectoryEntry of(Dirent dirent) {
    FileKind kind =
        switch (dirent.type()) {
          case Dirent.DT_REG -> FileKind.REGULAR;
          case Dirent.DT_DIR -> FileKind.DIRECTORY;
          case Dirent.DT_LNK -> FileKind.SYMLINK;
          case Dirent.DT_FIFO -> FileKind.FIFO;
          case Dirent.DT_SOCK -> FileKind.SOCKET;
          case Dirent.DT_CHR -> FileKind.CHARACTER_DEVICE;
          case Dirent.DT_BLK -> FileKind.BLOCK_DEVICE;
          default -> null;
        };
    return new DirectoryEntry(FileName.decode(dirent.name()), kind);
  }
}
