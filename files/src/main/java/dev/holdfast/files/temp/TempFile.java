package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.ground.Place;
import dev.holdfast.files.inside.NewFile;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.FileName;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A temporary file, open for reading and writing; see {@link TempFiles}. Closing it ends it, unless
 * it was given a place to stay by {@link #linkInto}, or is {@linkplain #keep kept}.
 *
 * <p><b>Threads.</b> Safe for all, except that linking belongs to one thread at a time.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class TempFile implements AutoCloseable {
  /** In use until this is closed, so that the name can be removed. */
  private final Directory directory;

  private final OwnedFd.Use use;

  private final OpenFile file;
  private final @Nullable NewFile entry;
  private final @Nullable String name;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean kept;

  TempFile(Directory directory, OwnedFd.Use use, NewFile entry) {
    this.directory = directory;
    this.use = use;
    this.file = entry.file();
    this.entry = entry;
    byte[] bytes = entry.tempName();
    this.name = bytes == null ? null : FileName.decode(bytes);
  }

  /** One that lost its name already, and cannot get another by the kernel. */
  TempFile(Directory directory, OwnedFd.Use use, OpenFile file) {
    this.directory = directory;
    this.use = use;
    this.file = file;
    this.entry = null;
    this.name = null;
  }

  /** The file itself. */
  public OpenFile file() {
    return file;
  }

  /** Its name in its directory; null if it never had one. Not to be opened again. */
  public @Nullable String name() {
    return name;
  }

  /**
   * For programs that take only names: its directory's path and its name; null if it never had one.
   */
  public @Nullable Path path() {
    return name == null ? null : FileName.pathOf(CORE.show(directory, name));
  }

  /**
   * Lets it keep its name: closing this then closes the file and removes nothing.
   *
   * @throws IllegalStateException if it has no name, or is closed
   */
  public void keep() {
    if (name == null || closed.get()) {
      throw new IllegalStateException(name == null ? "it has no name" : "closed");
    }
    kept = true;
  }

  /**
   * True if its name still leads to it: false once somebody removed, renamed or replaced it (S07),
   * and for a file without a name. The file itself goes on working.
   */
  public boolean isNamed() throws IOException {
    return !closed.get() && entry != null && entry.hasTempName();
  }

  /**
   * Gives it a name to stay, below a directory of the same file system, in one instant: whoever
   * sees the name sees the whole file. Give it its mode before, by {@link OpenFile#chmod}.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is anything of that name
   */
  public void linkInto(Directory target, String targetName) throws IOException {
    try (Place at = CORE.place(target, targetName, "linkat", false)) {
      if (entry == null) {
        copyInto(target, at, targetName);
        return;
      }
      SyscallResult result = entry.publish(at.dirfd(), at.name());
      if (result.is(Errno.EXDEV)) {
        copyInto(target, at, targetName);
      } else if (result.failed()) {
        throw SyscallExceptions.of(result.errno(), "linkat", CORE.show(target, targetName));
      }
    }
  }

  /** Where no link can be made: a copy, which gets the name when it is whole. */
  private void copyInto(Directory target, Place at, String targetName) throws IOException {
    try (NewFile copy = NewFile.in(target, at.dirfd(), targetName);
        FileChannel from = file.channel();
        FileChannel to = copy.file().channel()) {
      long size = from.size();
      if (from.transferTo(0, size, to) != size) {
        throw new EOFException(file.path());
      }
      int mode = file.stat().mode();
      if (copy.file().stat().mode() != mode) {
        copy.file().chmod(mode);
      }
      SyscallResult result = copy.publish(at.dirfd(), at.name());
      if (result.failed()) {
        throw SyscallExceptions.of(result.errno(), "linkat", CORE.show(target, targetName));
      }
    }
  }

  /** Removes its temporary name, if that is still its own, and closes it. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (entry != null && kept) {
        entry.release().close();
      } else if (entry != null) {
        entry.close();
      } else {
        file.close();
      }
    } finally {
      if (name != null) {
        TempExit.release(this);
      }
      use.close();
    }
  }

  @Override
  public String toString() {
    return "TempFile[" + file + "]";
  }
}
