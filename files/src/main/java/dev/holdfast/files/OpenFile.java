package dev.holdfast.files;

import dev.holdfast.files.ground.FileTimes;
import dev.holdfast.files.ground.HeldAttributeView;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Interruptions;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open file that was checked after it was opened, and everything one may do with it by its
 * descriptor: F01, F02 and F04 of the catalogue.
 *
 * <pre>{@code
 * try (OpenFile file = OpenFile.open(Path.of("/var/mail/kim"), Opening.read().ownedBy(kim).singleLink())) {
 *   byte[] mail = file.readAll(1 << 20);
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> What {@link Opening} says. After that no method here looks a name up:
 * chmod, chown, truncate, times and attributes act on the very object that was checked, whatever
 * happens to its names.
 *
 * <p><b>Remaining races.</b> Directories on the way are looked up by the kernel in one call; who
 * controls one of them decides which object is opened, and only the checks of {@link Opening} stand
 * against that. Use a {@link Directory} to hold the way. Whoever may write the file can change its
 * contents, and its owner its mode, after the check.
 *
 * <p><b>Threads.</b> Safe for all. A close waits for calls in progress, so that a descriptor's
 * number cannot be recycled under them.
 *
 * <p><b>Sources.</b> open(2), statx(2), fchmod(2), fchown(2); "Avoid Race Conditions" of the Secure
 * Programming HOWTO.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class OpenFile implements AutoCloseable {
  private final OwnedFd fd;
  private final @Nullable Directory directory;
  private final String name;
  private final int accessFlags;
  private final boolean seekable;

  private final @Nullable Statx checked;

  /** Made when it is asked for. It is immutable, so that threads need not agree on one. */
  private @Nullable FileStat opened;

  /** Where the output streams are; null until there is one. */
  private HeldFileChannel.@Nullable Position written;

  /** Null until somebody locks. */
  private @Nullable ChannelLocks locks;

  /**
   * @param directory null where the name is a path
   * @param opened null where nothing had to be checked
   */
  OpenFile(
      OwnedFd fd,
      @Nullable Directory directory,
      String name,
      int accessFlags,
      @Nullable Statx opened) {
    this.fd = fd;
    this.directory = directory;
    this.name = name;
    this.accessFlags = accessFlags;
    this.seekable =
        opened == null || opened.isRegular() || (opened.mode() & Statx.S_IFMT) == Statx.S_IFBLK;
    this.checked = opened;
  }

  /**
   * Opens the file a path means, and checks it.
   *
   * @throws UnsafePathException if it is not what was asked for
   */
  public static OpenFile open(Path path, Opening opening) throws IOException {
    return open(FileName.textOf(path), opening);
  }

  /** The same, for a name in the form of {@link FileName}. */
  public static OpenFile open(String path, Opening opening) throws IOException {
    return FileOpening.open(path, opening);
  }

  /**
   * Creates a file that was not there, and opens it for reading and writing (F04).
   *
   * <p>It is born with no more than the owner's part of {@code mode}, and gets exactly {@code mode}
   * by its descriptor before this returns: the process's umask changes nothing.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is anything of that name, be it a
   *     dangling symbolic link
   */
  public static OpenFile create(Path path, int mode) throws IOException {
    return create(FileName.textOf(path), mode);
  }

  /** The same, for a name in the form of {@link FileName}. */
  public static OpenFile create(String path, int mode) throws IOException {
    return FileOpening.create(path, mode, Fcntl.O_RDWR);
  }

  /** The path it was opened by, for messages: never to be opened again. */
  public String path() {
    return FileOpening.show(directory, name);
  }

  /**
   * The path it was opened by, for programs that take only paths; what it leads to may be another
   * object by now.
   */
  public Path toPath() {
    return FileName.pathOf(path());
  }

  boolean was(Statx stat) {
    return checked != null && checked.sameObject(stat);
  }

  /** What the descriptor said when it was checked. */
  public FileStat opened() throws IOException {
    FileStat known = opened;
    if (known == null) {
      known = checked != null ? new FileStat(checked) : stat();
      opened = known;
    }
    return known;
  }

  /** What the descriptor says now. */
  public FileStat stat() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return new FileStat(Statx.fstat(use.fd()).orThrow("statx", path()));
    }
  }

  /** Its size now. */
  public long size() throws IOException {
    return stat().size();
  }

  public boolean isOpen() {
    return fd.isOpen();
  }

  public boolean isReadable() {
    return (accessFlags & Fcntl.O_ACCMODE) != Fcntl.O_WRONLY;
  }

  public boolean isWritable() {
    return (accessFlags & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY;
  }

  boolean isAppending() {
    return (accessFlags & Fcntl.O_APPEND) != 0;
  }

  boolean isSeekable() {
    return seekable;
  }

  OwnedFd.Use use() throws IOException {
    return fd.use();
  }

  private interface OnDescriptor {
    SyscallResult call(int fd);
  }

  private void verb(String call, OnDescriptor action) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      action.call(use.fd()).orThrow(call, path());
    }
  }

  /** Gives it exactly these permission bits, fchmod(2). */
  public void chmod(int mode) throws IOException {
    Opening.checkMode(mode);
    verb("fchmod", n -> Unistd.fchmod(n, mode));
  }

  /** Gives it this owner and group, fchown(2); {@code -1} keeps what is. */
  public void chown(int uid, int gid) throws IOException {
    verb("fchown", n -> Unistd.fchown(n, uid, gid));
  }

  /** Cuts or extends it to this size, ftruncate(2). */
  public void truncate(long size) throws IOException {
    verb("ftruncate", n -> Unistd.ftruncate(n, size));
  }

  /** Sets the times of last modification and access, utimensat(2); null keeps what is. */
  public void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed)
      throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      FileTimes.set(use.fd(), modified, accessed).orThrow("utimensat", path());
    }
  }

  /**
   * Waits until what was written is on the disk: fsync(2), or fdatasync(2) for the contents alone.
   * After an error the data may be lost: do not try again, write anew.
   */
  public void sync(boolean metadata) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      SyscallResult result = sync(use.fd(), metadata);
      if (result.is(Errno.EINTR)) {
        result = Interruptions.retry(() -> sync(use.fd(), metadata));
      }
      if (result.failed()) {
        throw SyscallExceptions.of(result.errno(), metadata ? "fsync" : "fdatasync", path());
      }
    }
  }

  private static SyscallResult sync(int n, boolean metadata) {
    return metadata ? Unistd.fsync(n) : Unistd.fdatasync(n);
  }

  /** The extended attributes' names, xattr(7). */
  public List<String> xattrs() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return HeldEntry.splitNames(Xattr.flistxattr(use.fd()).orThrow("flistxattr", path()));
    }
  }

  /** An extended attribute's value; null if it has none of that name. */
  public byte @Nullable [] xattr(String name) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      Result<byte[]> value = Xattr.fgetxattr(use.fd(), FileName.encode(name));
      return value.is(Errno.ENODATA) ? null : value.orThrow("fgetxattr", path());
    }
  }

  public void setXattr(String name, byte[] value) throws IOException {
    verb("fsetxattr", n -> Xattr.fsetxattr(n, FileName.encode(name), value, 0));
  }

  public void removeXattr(String name) throws IOException {
    verb("fremovexattr", n -> Xattr.fremovexattr(n, FileName.encode(name)));
  }

  /** The descriptor as {@code java.nio.file} sees attributes. */
  public PosixFileAttributeView attributeView() {
    return new HeldAttributeView(new Attributes(this), "posix");
  }

  /** Who this is, past its inode number (F09). */
  public FileIdentity identity() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return FileIdentity.ofDescriptor(use.fd(), path());
    }
  }

  /**
   * A channel with a position of its own, which is the beginning first. Closing it leaves this file
   * open.
   *
   * <p>Its locks are record locks of the open file description (OFD): other channels of this file
   * share them, all else is excluded, in this process too. For more see the locks module.
   */
  public FileChannel channel() {
    return new HeldFileChannel(this, false, () -> {});
  }

  /** A channel that owns this file: closing it closes the file. */
  public FileChannel intoChannel() {
    return intoChannel(() -> {});
  }

  /** What its channels have locked. */
  synchronized ChannelLocks locks() {
    ChannelLocks known = locks;
    if (known == null) {
      known = new ChannelLocks(this);
      locks = known;
    }
    return known;
  }

  FileChannel intoChannel(Closeable onClose) {
    return new HeldFileChannel(this, true, onClose);
  }

  /** Reads from the beginning, each of them. Closing it leaves this file open. */
  public InputStream inputStream() {
    return Channels.newInputStream(channel());
  }

  /**
   * Writes on where the last output stream of this file ended: the first begins at the beginning
   * (at the end, if opened so). All of them share that position, so that none writes over what
   * another wrote. Closing it leaves this file open.
   */
  public OutputStream outputStream() {
    return Channels.newOutputStream(new HeldFileChannel(this, false, () -> {}, written()));
  }

  private synchronized HeldFileChannel.Position written() {
    HeldFileChannel.Position known = written;
    if (known == null) {
      known = new HeldFileChannel.Position();
      written = known;
    }
    return known;
  }

  /**
   * Reads all of it, from the beginning (F12).
   *
   * @throws InputLimitException if there is more than {@code maxBytes}
   */
  public byte[] readAll(int maxBytes) throws IOException {
    return readAll(maxBytes, Duration.ofDays(1));
  }

  /**
   * Reads all of it, from the beginning, within a time.
   *
   * @throws InputLimitException if there is more than {@code maxBytes}, or the time is up
   */
  public byte[] readAll(int maxBytes, Duration timeout) throws IOException {
    try (InputStream in = boundedInputStream(maxBytes, timeout)) {
      return in.readAllBytes();
    }
  }

  /**
   * Reads from the beginning, and throws {@link InputLimitException} at the first byte past {@code
   * maxBytes} or when the time is up: a FIFO, a device or a file that somebody keeps extending
   * cannot hold the reader (S11).
   *
   * <p>The time is counted while waiting for a FIFO, socket or device. A regular file on a network
   * or FUSE file system can block in the kernel beyond it: no user-space reader can help that.
   */
  public InputStream boundedInputStream(long maxBytes, Duration timeout) {
    return new BoundedInputStream(this, maxBytes, timeout);
  }

  /**
   * Opens the same object again, with other rights, by the kernel's own reference to this
   * descriptor: no name is looked up, so nothing can have been put in its place (S09). The new file
   * has an open description of its own. Needs /proc.
   */
  public OpenFile reopen(Opening opening) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return FileOpening.openHeld(use.fd(), directory, name, opening);
    }
  }

  /**
   * The name under which /proc shows this very object to other processes of the user; good while it
   * is open. For handing it to a program that only takes names.
   */
  public String procPath() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return "/proc/" + ProcessHandle.current().pid() + "/fd/" + use.fd();
    }
  }

  /**
   * Closes it, once. Calls in progress end first.
   *
   * @throws IOException what close(2) reported, which can be a late write error
   */
  @Override
  public void close() throws IOException {
    fd.close();
  }

  @Override
  public String toString() {
    return fd.toString();
  }

  /** For {@code java.nio.file}. */
  private record Attributes(OpenFile file) implements HeldAttributeView.Target {
    @Override
    public FileStat stat() throws IOException {
      return file.stat();
    }

    @Override
    public void chmod(int mode) throws IOException {
      file.chmod(mode);
    }

    @Override
    public void chown(int uid, int gid) throws IOException {
      file.chown(uid, gid);
    }

    @Override
    public void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed)
        throws IOException {
      file.setTimes(modified, accessed);
    }
  }
}
