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
  private final OwnedFd fd;
  private final Directory directory;
  private final String name;

  /** Takes the ownership of a descriptor. */
  HeldObject(int raw, Directory directory, String name) {
    this.fd = OwnedFd.of(raw, name);
    this.directory = directory;
    this.name = name;
  }

  /** Not to be closed: the number is only lent. */
  private HeldEntry entry(OwnedFd.Use use) {
    return new HeldEntry(use.fd(), directory, name);
  }

  /** What it is now. */
  public FileStat stat() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return entry(use).stat();
    }
  }

  /** Who it is, past its inode number (F09). */
  public FileIdentity identity() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return entry(use).identity();
    }
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
    try (OwnedFd.Use use = fd.use()) {
      entry(use).chmod(mode);
    }
  }

  /** Gives it, or the symbolic link itself, this owner and group; {@code -1} keeps. */
  public void chown(int uid, int gid) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      entry(use).chown(uid, gid);
    }
  }

  /** Sets the times of last modification and access, of a symbolic link its own; null keeps. */
  public void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed)
      throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      entry(use).setTimes(modified, accessed);
    }
  }

  /**
   * The text of a symbolic link.
   *
   * @throws java.nio.file.NotLinkException if it is none
   */
  public String readlink() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return entry(use).readlink();
    }
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
