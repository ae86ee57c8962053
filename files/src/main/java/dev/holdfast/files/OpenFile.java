package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
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
import dev.holdfast.path.make.Creations;
import dev.holdfast.path.make.Interruptions;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  /** For retries after "it was there, now it is not" and the reverse. */
  static final int MAX_TRIES = 64;

  private static final int CREATE =
      Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;

  private final OwnedFd fd;
  private final @Nullable Directory directory;
  private final String name;
  private final int accessFlags;
  private final boolean seekable;

  /** Null where nothing had to be checked. */
  private final @Nullable Statx checked;

  /** Made when it is asked for. It is immutable, so that threads need not agree on one. */
  private @Nullable FileStat opened;

  /** Where the output streams are; null until there is one. */
  private HeldFileChannel.@Nullable Position written;

  /** Null until somebody locks. */
  private @Nullable ChannelLocks locks;

  private OpenFile(
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
    byte[] bytes = requireFileName(path);
    if (opening.creates()) {
      return openOrCreate(path, opening, () -> openPath(bytes, path, opening));
    }
    return openPath(bytes, path, opening);
  }

  private static OpenFile openPath(byte[] bytes, String path, Opening opening) throws IOException {
    int flags = opening.lookUpFlags();
    SyscallResult result = Fcntl.openat(Fcntl.AT_FDCWD, bytes, flags, 0);
    if (result.is(Errno.EINTR)) {
      result = Interruptions.retry(() -> Fcntl.openat(Fcntl.AT_FDCWD, bytes, flags, 0));
    }
    return checked((int) FileErrors.orThrow(result, "openat", path), null, path, opening);
  }

  /** An open that can be tried again. */
  interface Attempt {
    OpenFile run() throws IOException;
  }

  private static OpenFile openOrCreate(String path, Opening opening, Attempt open)
      throws IOException {
    return openOrCreate(
        path,
        open,
        () -> create(path, opening.createMode(), opening.accessFlags()),
        () -> isLink(path));
  }

  private static boolean isLink(String path) {
    Result<Statx> named =
        Statx.statx(
            Fcntl.AT_FDCWD,
            FileName.encode(path),
            Fcntl.AT_SYMLINK_NOFOLLOW,
            Statx.STATX_BASIC_STATS);
    return named.ok() && named.value().isSymlink();
  }

  /** A question about the name. */
  interface Question {
    boolean ask() throws IOException;
  }

  static OpenFile openOrCreate(String path, Attempt open, Attempt create, Question isLink)
      throws IOException {
    for (int i = 0; i < MAX_TRIES; i++) {
      try {
        return open.run();
      } catch (NoSuchFileException absent) {
        try {
          return create.run();
        } catch (FileAlreadyExistsException present) {
          // Somebody was faster: opening again tells.
          if (i > 0 && isLink.ask()) {
            throw new UnsafePathException(
                path, "is a dangling symbolic link", Row.S05, Errno.EEXIST);
          }
        }
      }
    }
    throw new RaceDetectedException(path, "came and went at every try", Row.S04, null);
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
    return create(path, mode, Fcntl.O_RDWR);
  }

  private static OpenFile create(String path, int mode, int accessFlags) throws IOException {
    return createAt(Fcntl.AT_FDCWD, requireFileName(path), null, path, mode, accessFlags);
  }

  /** Exclusive creation of a last component in a held directory, or of a whole path. */
  static OpenFile createAt(
      int dirfd, byte[] last, @Nullable Directory directory, String name, int mode, int accessFlags)
      throws IOException {
    Opening.checkMode(mode);
    SyscallResult result = Fcntl.openat(dirfd, last, accessFlags | CREATE, mode & 0600);
    if (result.failed()) {
      throw FileErrors.of(result.errno(), "openat", show(directory, name));
    }
    int raw = (int) result.raw();
    Result<Statx> stat = Statx.fstat(raw);
    try {
      if (stat.ok() && stat.value().permissions() != mode) {
        SyscallResult changed = Unistd.fchmod(raw, mode);
        if (changed.failed()
            && !Creations.modeIsTheFileSystems(stat.value(), mode & 0600, changed)) {
          removeIfSame(dirfd, last, raw);
          SyscallResult again = Fcntl.openat(dirfd, last, accessFlags | CREATE, mode);
          if (again.failed()) {
            changed.orThrow("fchmod", show(directory, name));
          }
          // Some file systems (FUSE) have the mode from birth, or not at all.
          Unistd.close(raw);
          raw = again.intValue();
          stat = Statx.fstat(raw);
          if (stat.ok() && stat.value().permissions() != mode) {
            changed.orThrow("fchmod", show(directory, name));
          }
        } else {
          stat = Statx.fstat(raw);
        }
      }
      Statx born = stat.orThrow("statx", show(directory, name));
      return new OpenFile(OwnedFd.of(raw, name), directory, name, accessFlags, born);
    } catch (FileSystemException failed) {
      removeIfSame(dirfd, last, raw);
      Unistd.close(raw);
      throw failed;
    }
  }

  /** Paths are put together only for those who ask. */
  private static String show(@Nullable Directory directory, String name) {
    return directory == null ? name : directory.show(name);
  }

  /** Undoes a creation, unless the name is by now somebody else's. */
  private static void removeIfSame(int dirfd, byte[] name, int fd) {
    Result<Statx> mine = Statx.fstat(fd);
    Result<Statx> named =
        Statx.statx(dirfd, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (mine.ok() && named.ok() && mine.value().sameObject(named.value())) {
      Unistd.unlinkat(dirfd, name, 0);
    }
  }

  /** Takes the ownership of a descriptor that was just opened, once it passes the checks. */
  static OpenFile checked(int raw, @Nullable Directory directory, String name, Opening opening)
      throws IOException {
    if (!opening.checksFirst()) {
      return checkedOpen(raw, directory, name, opening);
    }
    try {
      return openHeld(raw, directory, name, opening);
    } finally {
      Unistd.close(raw);
    }
  }

  /**
   * Opens what a descriptor holds, by the kernel's own reference to it. Needs /proc; the descriptor
   * stays the caller's.
   */
  static OpenFile openHeld(int held, @Nullable Directory directory, String name, Opening opening)
      throws IOException {
    String path = show(directory, name);
    Statx stat = Statx.fstat(held).orThrow("statx", path);
    if (opening.checksFirst()) {
      opening.check(stat, path);
    }
    int flags = opening.openFlags() & ~Fcntl.O_NOFOLLOW;
    int raw = (int) FileErrors.orThrow(ProcSelfFd.open(held, flags), "openat", path);
    OpenFile file = checkedOpen(raw, directory, name, opening);
    if (file.checked == null || !file.checked.sameObject(stat)) {
      file.close();
      throw new RaceDetectedException(path, "/proc/self/fd led to another file", Row.S09, null);
    }
    return file;
  }

  private static OpenFile checkedOpen(
      int raw, @Nullable Directory directory, String name, Opening opening) throws IOException {
    try {
      Result<Statx> stat = Statx.fstat(raw);
      if (stat.failed() || !opening.accepts(stat.value())) {
        String path = show(directory, name);
        opening.check(stat.orThrow("statx", path), path);
      }
      if (opening.truncates() && stat.value().isRegular()) {
        Unistd.ftruncate(raw, 0).orThrow("ftruncate", show(directory, name));
      }
      return new OpenFile(
          OwnedFd.of(raw, name), directory, name, opening.accessFlags(), stat.value());
    } catch (FileSystemException refused) {
      Unistd.close(raw);
      throw refused;
    }
  }

  /** Takes the ownership of a regular file's descriptor that needs no check: an O_TMPFILE. */
  static OpenFile adopt(int raw, Directory directory, String name, int accessFlags) {
    return new OpenFile(OwnedFd.of(raw, name), directory, name, accessFlags, null);
  }

  /** The same for a copy of such a descriptor, which may outlive its directory. */
  static OpenFile adoptReadable(int raw, String path) {
    return new OpenFile(OwnedFd.of(raw, path), null, path, Fcntl.O_RDONLY, null);
  }

  /**
   * A trailing slash or dot would have the kernel follow a link that we promise not to follow, and
   * no file's name ends in one.
   */
  static byte[] requireFileName(String path) throws FileSystemException {
    if (path.isEmpty()) {
      throw FileErrors.of(Errno.ENOENT, "openat", path);
    }
    if (path.endsWith("/") || path.endsWith("/.") || path.equals(".")) {
      throw FileErrors.of(Errno.ENOTDIR, "openat", path);
    }
    return FileName.encode(path);
  }

  /** The path it was opened by, for messages: never to be opened again. */
  public String path() {
    return show(directory, name);
  }

  /**
   * The path it was opened by, for programs that take only paths; what it leads to may be another
   * object by now.
   */
  public Path toPath() {
    return FileName.pathOf(path());
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
      return splitNames(Xattr.flistxattr(use.fd()).orThrow("flistxattr", path()));
    }
  }

  static List<String> splitNames(byte[] list) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < list.length; i++) {
      if (list[i] == 0) {
        names.add(FileName.decode(Arrays.copyOfRange(list, from, i)));
        from = i + 1;
      }
    }
    return names;
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
      return openHeld(use.fd(), directory, name, opening);
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

  /** How long until {@code deadlineNanos} on {@code System.nanoTime}, in milliseconds for poll. */
  static int millisUntil(long deadlineNanos) {
    long left = deadlineNanos - System.nanoTime();
    if (left <= 0) {
      return 0;
    }
    return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(left) + 1);
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
