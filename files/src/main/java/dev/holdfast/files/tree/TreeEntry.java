package dev.holdfast.files.tree;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.libc.Statx;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One object that {@link Trees#walk} came by, pinned for as long as the visitor looks at it.
 *
 * <p><b>Guarantees.</b> What {@link #stat} says and what {@link #open} opens is one object.
 * <b>Threads.</b> For the visiting thread, until the visit ends.
 */
public final class TreeEntry {
  private final String path;
  private final String name;
  private final int depth;
  private final int fd;
  private final FileStat stat;
  private boolean over;

  TreeEntry(String path, String name, int depth, int fd, Statx stat) {
    this.path = path;
    this.name = name;
    this.depth = depth;
    this.fd = fd;
    this.stat = CORE.stat(stat);
  }

  /** From the root of the walk, as given by the caller; for messages, not to be opened. */
  public String path() {
    return path;
  }

  /**
   * From the root of the walk, for programs that take only paths; what it leads to may be another
   * object by now.
   */
  public Path toPath() {
    return FileName.pathOf(path);
  }

  /** In the form of {@link FileName}. */
  public String name() {
    return name;
  }

  /** 0 for the root of the walk. */
  public int depth() {
    return depth;
  }

  public FileStat stat() {
    return stat;
  }

  /**
   * Opens the object itself. Needs /proc.
   *
   * @throws UnsafePathException if it is not what the opening asks for
   * @throws IllegalStateException if the visit is over
   */
  public OpenFile open(Opening opening) throws IOException {
    if (over) {
      throw new IllegalStateException("the visit of " + path + " is over");
    }
    if (stat.isSymbolicLink()) {
      throw new UnsafePathException(path, "is a symbolic link", Row.S05, null);
    }
    return CORE.openHeld(fd, null, path, opening);
  }

  void end() {
    over = true;
  }
}
