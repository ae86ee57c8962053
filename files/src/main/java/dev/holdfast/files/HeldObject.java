package dev.holdfast.files;

import dev.holdfast.libc.OwnedFd;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What a name led to, held once and worked on as often as needed: a file, a directory, a symbolic
 * link, a FIFO, a device (F03). Holding opens nothing: no device starts, no FIFO waits.
 *
 * <p><b>Guarantees.</b> Everything here is of that one object, whatever becomes of its name.
 *
 * <p><b>Remaining races.</b> None in which object it is. Its contents, owner and mode can be
 * changed by whoever may.
 *
 * <p><b>Threads.</b> Safe for all. A close waits for calls in progress.
 *
 * <p><b>Sources.</b> open(2) on O_PATH.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class HeldObject implements AutoCloseable {
  private interface Work<T extends @Nullable Object> {
    T on(HeldEntry entry) throws IOException;
  }

  private final OwnedFd fd;
  private final Directory directory;
  private final String name;

  /** Takes the ownership of a descriptor. */
  HeldObject(int raw, Directory directory, String name) {
    this.fd = OwnedFd.of(raw, name);
    this.directory = directory;
    this.name = name;
  }

  private <T extends @Nullable Object> T with(Work<T> work) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      // Not closed: the number is only lent.
      return work.on(new HeldEntry(use.fd(), directory, name));
    }
  }

  /** What it is now. */
  public FileStat stat() throws IOException {
    return with(HeldEntry::stat);
  }

  /** Who it is, past its inode number (F09). */
  public FileIdentity identity() throws IOException {
    return with(HeldEntry::identity);
  }

  /**
   * Opens it, by the kernel's own reference to it. Needs /proc.
   *
   * @throws UnsafePathException if it is not what was asked for
   */
  public OpenFile open(Opening opening) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return FileOpening.openHeld(use.fd(), directory, name, opening);
    }
  }

  /** Gives it exactly these permission bits. Refuses a symbolic link, which has none. */
  public void chmod(int mode) throws IOException {
    Opening.checkMode(mode);
    this.<@Nullable Void>with(
        entry -> {
          entry.chmod(mode);
          return null;
        });
  }

  /** Gives it, or the symbolic link itself, this owner and group; {@code -1} keeps. */
  public void chown(int uid, int gid) throws IOException {
    this.<@Nullable Void>with(
        entry -> {
          entry.chown(uid, gid);
          return null;
        });
  }

  /** Sets the times of last modification and access, of a symbolic link its own; null keeps. */
  public void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed)
      throws IOException {
    this.<@Nullable Void>with(
        entry -> {
          entry.setTimes(modified, accessed);
          return null;
        });
  }

  /**
   * The text of a symbolic link.
   *
   * @throws java.nio.file.NotLinkException if it is none
   */
  public String readlink() throws IOException {
    return with(HeldEntry::readlink);
  }

  public boolean isOpen() {
    return fd.isOpen();
  }

  @Override
  public void close() throws IOException {
    fd.close();
  }

  @Override
  public String toString() {
    return fd.toString();
  }
}
