package dev.holdfast.files.trust;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Accounts;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.walk.PathWalk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A path walked component by component, following a link only where a {@link LinkPolicy} allows it.
 * Holds the last directory and the object, if there is one. Threads: one at a time.
 */
final class LinkWalk extends PathWalk<IOException> implements AutoCloseable {
  private static final int PIN = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;
  private static final byte[] EMPTY = new byte[0];
  private static final byte[] UP = {'.', '.'};

  /** A pinned component. */
  private static final class Pin {
    final OwnedFd owned;
    final int fd;
    final FileStat stat;

    private Pin(OwnedFd owned, int fd, FileStat stat) {
      this.owned = owned;
      this.fd = fd;
      this.stat = stat;
    }

    static Pin open(int dirfd, String name, String path) throws IOException {
      return open(dirfd, FileName.encode(name), path);
    }

    static Pin open(int dirfd, byte[] name, String path) throws IOException {
      OwnedFd owned = OwnedFd.of(Fcntl.openat(dirfd, name, PIN, 0), "openat", path);
      int fd = owned.borrow();
      Result<Statx> stat = Statx.fstat(fd);
      if (stat.failed()) {
        owned.giveBack();
        owned.close();
      }
      return new Pin(owned, fd, CORE.stat(stat.orThrow("statx", path)));
    }

    void close() throws IOException {
      owned.giveBack();
      owned.close();
    }
  }

  private final String path;
  private final LinkPolicy policy;
  private @Nullable Pin directory;
  private @Nullable Pin object;
  private String last = "";

  private LinkWalk(String path, LinkPolicy policy) {
    super(FileName.encode(path));
    this.path = path;
    this.policy = policy;
  }

  static LinkWalk to(Path path, LinkPolicy policy) throws IOException {
    LinkWalk walk = new LinkWalk(FileName.textOf(path), policy);
    boolean done = false;
    try {
      walk.begin();
      walk.walk();
      done = true;
      return walk;
    } finally {
      if (!done) {
        walk.close();
      }
    }
  }

  private void begin() throws IOException {
    if (path.isEmpty()) {
      throw CORE.failure(Errno.ENOENT, "openat", path);
    }
    stand(Pin.open(Fcntl.AT_FDCWD, path.startsWith("/") ? "/" : ".", path));
  }

  @Override
  protected byte @Nullable [] step(byte[] name) throws IOException {
    Pin here = here();
    Pin next;
    try {
      next = Pin.open(here.fd, name, path);
    } catch (NoSuchFileException absent) {
      if (!isLast()) {
        throw absent;
      }
      last = FileName.decode(name);
      end();
      return null;
    }
    if (next.stat.isSymbolicLink()) {
      try {
        return target(here, next);
      } finally {
        next.close();
      }
    }
    if (isLast()) {
      last = FileName.decode(name);
      object = next;
    } else {
      stand(next);
    }
    return null;
  }

  @Override
  protected void up() throws IOException {
    step(UP);
  }

  @Override
  protected void toRoot() throws IOException {
    stand(Pin.open(Fcntl.AT_FDCWD, "/", path));
  }

  @Override
  protected void tooManyLinks() throws IOException {
    throw new UnsafePathException(path, "has too many symbolic links", Row.S13, Errno.ELOOP);
  }

  private byte[] target(Pin in, Pin link) throws IOException {
    if (!policy.mayFollow(in.stat, link.stat, LinkPolicy.fsuid())) {
      throw new UnsafePathException(
          path,
          "leads through a link that "
              + Accounts.user(link.stat.uid())
              + " put into a shared directory",
          Row.S05,
          Errno.EACCES);
    }
    byte[] text = Unistd.readlinkat(link.fd, EMPTY).orThrow("readlinkat", path);
    TrustWalk.refuseMagic(link.fd, text, path);
    return text;
  }

  private void stand(Pin next) throws IOException {
    Pin before = directory;
    directory = next;
    if (before != null) {
      before.close();
    }
  }

  private Pin here() {
    Pin here = directory;
    if (here == null) {
      throw new IllegalStateException("the walk has not begun");
    }
    return here;
  }

  boolean exists() {
    return object != null || last.isEmpty();
  }

  FileStat directory() {
    return here().stat;
  }

  FileStat object() {
    Pin pinned = object;
    return pinned == null ? here().stat : pinned.stat;
  }

  FileStat requireObject() throws IOException {
    requirePin();
    return object();
  }

  private Pin requirePin() throws IOException {
    Pin pinned = object;
    if (pinned != null) {
      return pinned;
    }
    if (!last.isEmpty()) {
      throw CORE.failure(Errno.ENOENT, "openat", path);
    }
    // A path without a name, such as the root's.
    return here();
  }

  int fd() throws IOException {
    return requirePin().fd;
  }

  boolean mayReadAndWrite() throws IOException {
    return Unistd.faccessat2(
            requirePin().fd,
            EMPTY,
            Unistd.R_OK | Unistd.W_OK,
            Fcntl.AT_EMPTY_PATH | Fcntl.AT_EACCESS)
        .ok();
  }

  OpenFile open(Opening opening) throws IOException {
    return CORE.openHeld(requirePin().fd, null, path, opening);
  }

  OpenFile create(Opening opening, int mode) throws IOException {
    try {
      return CORE.createAt(
          here().fd, FileName.encode(last), null, path, mode, CORE.accessFlags(opening));
    } catch (NoSuchFileException gone) {
      throw new FileSystemException(path, null, "its directory was removed (ENOENT)");
    }
  }

  @Override
  public void close() throws IOException {
    Pin pinned = object;
    object = null;
    Pin here = directory;
    directory = null;
    if (pinned != null) {
      pinned.close();
    }
    if (here != null) {
      here.close();
    }
  }
}
