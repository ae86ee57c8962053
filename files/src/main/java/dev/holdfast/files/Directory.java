package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Interruptions;
import dev.holdfast.path.make.Renames;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A held directory, and every operation on names below it (F03).
 *
 * <pre>{@code
 * try (Directory spool = Directory.open(Path.of("/var/spool/app"))) {
 *   spool.mkdirs("in/today", 0750).close();
 *   try (OpenFile job = spool.create("in/today/job", 0600)) { … }
 *   spool.rename("in/today/job", "in/today/job.ready", RenameMode.NO_REPLACE);
 * }
 * }</pre>
 *
 * <p>Names are relative; {@link Resolution} says how they are looked up. They are bytes inside, see
 * {@link FileName}. Empty names, names with a NUL and (unless {@link Resolution.Scope#IN_ROOT})
 * absolute names are refused. An operation on an entry refuses {@code .} and {@code ..} as its last
 * component.
 *
 * <p><b>Guarantees.</b> No name leads out of the directory, whatever links and renames others make
 * meanwhile: see "races that remain" for the one exception. The last component is never followed
 * unless a method or {@link Opening#followLastLink} says so; a slash at the end does not change
 * that. The directory is the one that was opened, also after it was renamed or replaced.
 *
 * <p><b>Remaining races.</b> Between two calls others may change everything below that their rights
 * let them change: hold sub-directories and files instead of naming them twice. Who may move a
 * sub-directory out of this directory at the very moment a look-up passes through it takes the
 * look-up along: it then ends below that sub-directory, at its new place, but never above it.
 * Mounts that appear meanwhile are passed unless {@link Resolution#noMountCrossing}.
 *
 * <p><b>Threads.</b> Safe for all. A close waits for calls in progress.
 *
 * <p><b>Sources.</b> openat2(2), path_resolution(7); Go's {@code os.Root}, Rust's cap-std,
 * libpathrs.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class Directory implements AutoCloseable {
  private static final byte[] SELF = {'.'};

  static final int OPEN_DIRECTORY = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NONBLOCK;
  static final int HOLD_DIRECTORY = Fcntl.O_PATH | Fcntl.O_DIRECTORY;
  private static final int HOLD = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;

  private final OwnedFd fd;
  private final String path;
  private final Resolution resolution;

  /** Null until somebody asks. */
  private volatile @Nullable Boolean losesSynced;

  private Directory(OwnedFd fd, String path, Resolution resolution) {
    this.fd = fd;
    this.path = path;
    this.resolution = resolution;
  }

  /**
   * Opens and holds the directory a path means, with {@link Resolution#beneath}.
   *
   * @throws java.nio.file.NotDirectoryException if it is none, or its last component is a symbolic
   *     link
   */
  public static Directory open(Path path) throws IOException {
    return open(path, Resolution.beneath());
  }

  /** The same, with another way of looking names up below it. */
  public static Directory open(Path path, Resolution resolution) throws IOException {
    return open(pathName(path), resolution);
  }

  /** Java's name for the working directory is the empty one, which is none to the kernel. */
  private static String pathName(Path path) {
    String name = FileName.textOf(path);
    return name.isEmpty() ? "." : name;
  }

  /** The same, for a name in the form of {@link FileName}. */
  public static Directory open(String path, Resolution resolution) throws IOException {
    RelativeName name = RelativeName.parse(path, Resolution.Scope.IN_ROOT, path);
    byte[] bytes = name.bytes();
    if (path.startsWith("/")) {
      byte[] absolute = new byte[bytes.length + 1];
      absolute[0] = '/';
      System.arraycopy(bytes, 0, absolute, 1, bytes.length);
      bytes = absolute;
    }
    return openBytes(bytes, path, Fcntl.O_NOFOLLOW, resolution);
  }

  /** Opens the directory a path means, where its last component may be a symbolic link. */
  public static Directory openFollowingLinks(Path path, Resolution resolution) throws IOException {
    String name = pathName(path);
    return openBytes(FileName.encode(name), name, 0, resolution);
  }

  private static Directory openBytes(byte[] bytes, String path, int nofollow, Resolution resolution)
      throws IOException {
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, bytes, OPEN_DIRECTORY | nofollow, 0);
    if (opened.is(Errno.EACCES)) {
      // Search permission is enough to hold it; listing it will then be refused.
      opened = Fcntl.openat(Fcntl.AT_FDCWD, bytes, HOLD_DIRECTORY | nofollow, 0);
    }
    int raw = (int) FileErrors.orThrow(opened, "openat", path);
    return new Directory(OwnedFd.of(raw, path), path, resolution);
  }

  /** Takes the ownership of a directory's descriptor. */
  static Directory adopt(int rawFd, String path, Resolution resolution) {
    return new Directory(OwnedFd.of(rawFd, path), path, resolution);
  }

  /** The same directory by a handle of its own, with another way of looking names up. */
  public Directory with(Resolution other) throws IOException {
    int n = fd.borrow();
    try {
      SyscallResult copy = Fcntl.fcntl(n, Fcntl.F_DUPFD_CLOEXEC, 0);
      return new Directory(OwnedFd.of(copy, "fcntl", path), path, other);
    } finally {
      fd.giveBack();
    }
  }

  public Resolution resolution() {
    return resolution;
  }

  /** The path it was opened by, for messages: never to be opened again. */
  public String path() {
    return path;
  }

  /**
   * The path it was opened by, for programs that take only paths; what it leads to may be another
   * object by now.
   *
   * @throws java.nio.file.InvalidPathException if Java knows no path for its bytes
   */
  public Path toPath() {
    return Path.of(path);
  }

  /** The number, until {@link #giveBack}. */
  int borrow() throws IOException {
    return fd.borrow();
  }

  void giveBack() {
    fd.giveBack();
  }

  // --- looking up ---------------------------------------------------------------------------

  String show(String name) {
    return Place.show(path, name);
  }

  private RelativeName parse(String name) throws IOException {
    return RelativeName.parse(name, resolution.scope(), path);
  }

  private FileSystemException failure(SyscallResult result, String call, String name) {
    return FileErrors.ofConfined(result.errno(), call, show(name));
  }

  /** One component, not followed, cannot lead anywhere: openat(2) itself will do. */
  private boolean needsNoResolver(RelativeName name, int flags) {
    return name.isSingle()
        && (flags & Fcntl.O_NOFOLLOW) != 0
        && resolution.mountCrossing()
        && (!name.isSpecial() || name.last().length == 1);
  }

  private SyscallResult openRaw(int dirfd, RelativeName name, int asked) {
    int flags = name.directory() ? asked | Fcntl.O_DIRECTORY : asked;
    return needsNoResolver(name, flags)
        ? Fcntl.openat(dirfd, name.bytes(), flags, 0)
        : Resolver.open(dirfd, name.bytes(), flags, resolution);
  }

  /** Whether what is not opened, EAGAIN, can be found and held, and still not be opened. */
  private boolean isLeased(int dirfd, RelativeName name, int flags) {
    SyscallResult held = openRaw(dirfd, name, Fcntl.O_PATH | (flags & Fcntl.O_NOFOLLOW));
    if (held.failed()) {
      return false;
    }
    SyscallResult opened = ProcSelfFd.open(held.intValue(), flags & ~Fcntl.O_NOFOLLOW);
    Unistd.close(held.intValue());
    if (opened.ok()) {
      Unistd.close(opened.intValue());
    }
    return opened.is(Errno.EAGAIN);
  }

  /** Opens what exists; the caller owns the number. */
  int openRaw(String name, int flags, String call) throws IOException {
    RelativeName parsed = parse(name);
    int n = fd.borrow();
    try {
      SyscallResult result = openRaw(n, parsed, flags);
      if (result.is(Errno.EAGAIN) && isLeased(n, parsed, flags)) {
        throw FileErrors.of(Errno.EAGAIN, "openat", show(name));
      }
      if (result.failed()) {
        throw failure(result, call, name);
      }
      return (int) result.raw();
    } finally {
      fd.giveBack();
    }
  }

  /**
   * True if its file system forgets a file without a name that was synced, and then got one, as
   * btrfs does. Asked once: what is held stays on its file system.
   *
   * @param own this directory's number
   */
  boolean losesSynced(int own) {
    Boolean known = losesSynced;
    if (known == null) {
      known = isBtrfs(own);
      losesSynced = known;
    }
    return known;
  }

  static boolean isBtrfs(int fd) {
    Result<Statfs> fileSystem = Statfs.fstatfs(fd);
    return fileSystem.ok() && fileSystem.value().type() == Statfs.BTRFS_SUPER_MAGIC;
  }

  /** Holds what is called so; the caller closes it. */
  HeldEntry hold(String name, boolean follow) throws IOException {
    return new HeldEntry(openRaw(name, follow ? Fcntl.O_PATH : HOLD, "openat2"), this, name);
  }

  /**
   * Where the name leads, for a call on that entry; refuses names that no entry has.
   *
   * @param directoryAllowed whether a name with a slash at its end may be meant
   */
  Place place(String name, String call, boolean directoryAllowed) throws IOException {
    RelativeName parsed = parse(name);
    if (parsed.isSpecial() || (parsed.directory() && !directoryAllowed)) {
      throw noEntry(parsed, call, name, directoryAllowed);
    }
    int n = fd.borrow();
    if (parsed.isSingle()) {
      return new Place(fd, n, false, parsed.last(), parsed.directory(), path, name);
    }
    SyscallResult parent = Resolver.open(n, parsed.parent(), HOLD_DIRECTORY, resolution);
    if (parent.failed()) {
      fd.giveBack();
      throw failure(parent, "openat2", name);
    }
    int raw = (int) parent.raw();
    return new Place(fd, raw, true, parsed.last(), parsed.directory(), path, name);
  }

  /** What is wrong with a name that ends in a dot, in two, or in a slash where none may be. */
  private FileSystemException noEntry(
      RelativeName parsed, String call, String name, boolean directoryAllowed) throws IOException {
    int n = fd.borrow();
    try {
      SyscallResult found = Resolver.open(n, parsed.bytes(), HOLD, resolution);
      if (found.failed()) {
        return failure(found, call, name);
      }
      Result<Statx> stat = Statx.fstat(found.intValue());
      Unistd.close(found.intValue());
      boolean directory = stat.ok() && stat.value().isDirectory();
      Errno errno =
          switch (call) {
            case "unlinkat" ->
                !directoryAllowed
                    ? Errno.EISDIR
                    : parsed.last().length == 1 ? Errno.EINVAL : Errno.ENOTEMPTY;
            case "renameat2" -> Errno.EBUSY;
            default -> Errno.EEXIST;
          };
      return FileErrors.of(directory ? errno : Errno.ENOTDIR, call, show(name));
    } finally {
      fd.giveBack();
    }
  }

  void requireOk(SyscallResult result, String call, String name) throws FileSystemException {
    if (result.failed()) {
      throw SyscallExceptions.of(result.errno(), call, show(name));
    }
  }

  // --- files --------------------------------------------------------------------------------

  /**
   * Opens a file below this directory, and checks it.
   *
   * @throws PathEscapeException if the name leads out
   * @throws UnsafePathException if the file is not what was asked for
   */
  public OpenFile open(String name, Opening opening) throws IOException {
    return opening.creates()
        ? OpenFile.openOrCreate(
            show(name),
            () -> openExisting(name, opening),
            () -> create(name, opening.createMode(), opening.accessFlags()),
            () -> isLink(name))
        : openExisting(name, opening);
  }

  private boolean isLink(String name) throws IOException {
    try {
      return stat(name).isSymbolicLink();
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private OpenFile openExisting(String name, Opening opening) throws IOException {
    int raw = openRaw(name, opening.lookUpFlags(), "openat2");
    return OpenFile.checked(raw, this, name, opening);
  }

  /**
   * Creates a file that was not there, with exactly this mode, and opens it for reading and
   * writing: see {@link OpenFile#create}.
   */
  public OpenFile create(String name, int mode) throws IOException {
    return create(name, mode, Fcntl.O_RDWR);
  }

  OpenFile create(String name, int mode, int accessFlags) throws IOException {
    try (Place at = place(name, "openat", false)) {
      return OpenFile.createAt(at.dirfd(), at.name(), this, name, mode, accessFlags);
    }
  }

  /**
   * Reads a whole regular file.
   *
   * @throws InputLimitException if it has more than {@code maxBytes}
   */
  public byte[] readAll(String name, int maxBytes) throws IOException {
    try (OpenFile file = open(name, Opening.read())) {
      return file.readAll(maxBytes);
    }
  }

  /**
   * Reads a whole regular file as UTF-8.
   *
   * @throws InputLimitException if it has more than {@code maxBytes}
   * @throws java.nio.charset.MalformedInputException if it is not UTF-8
   */
  public String readString(String name, int maxBytes) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(readAll(name, maxBytes));
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }

  /**
   * Puts a new file with this text, in UTF-8, and exactly this mode in the place of whatever has
   * the name, in one instant: readers see the old file or the new one, whole, and the new one is on
   * the disk first. A symbolic link of that name is replaced itself. If it fails, all is as it was.
   *
   * <p>It is this user's file, whoever had the old one: what keeps owner, mode, attributes and ACL,
   * edits, or must not replace, is {@code AtomicReplace}.
   */
  public void writeString(String name, String text, int mode) throws IOException {
    Opening.checkMode(mode);
    try (Place at = place(name, "renameat2", false)) {
      WholeFile.put(this, at, text.getBytes(StandardCharsets.UTF_8), mode);
    }
  }

  /**
   * Whether there was anything of that name a moment ago, be it a dangling link. What is to be done
   * with it, do, and see: this answer is out of date at once (S02).
   *
   * @throws PathEscapeException if the name leads out
   */
  public boolean exists(String name) throws IOException {
    try (HeldEntry _ = hold(name, false)) {
      return true;
    } catch (NoSuchFileException absent) {
      return false;
    }
  }

  /** Holds what is called so, whatever it is, without opening it. A last link is held itself. */
  public HeldObject hold(String name) throws IOException {
    return new HeldObject(openRaw(name, HOLD, "openat2"), this, name);
  }

  /** The same for where the link of that name leads. */
  public HeldObject holdFollowingLinks(String name) throws IOException {
    return new HeldObject(openRaw(name, Fcntl.O_PATH, "openat2"), this, name);
  }

  /** Removes a name that is not a directory's, unlink(2). A symbolic link goes itself. */
  public void remove(String name) throws IOException {
    try (Place at = place(name, "unlinkat", false)) {
      requireOk(Unistd.unlinkat(at.dirfd(), at.name(), 0), "unlinkat", name);
    }
  }

  /** Removes an empty directory, rmdir(2). */
  public void rmdir(String name) throws IOException {
    try (Place at = place(name, "unlinkat", true)) {
      requireOk(Unistd.unlinkat(at.dirfd(), at.name(), Fcntl.AT_REMOVEDIR), "unlinkat", name);
    }
  }

  // --- directories --------------------------------------------------------------------------

  /**
   * Opens and holds a sub-directory, which is then the border for names below it. Its last
   * component is not followed.
   */
  public Directory openDirectory(String name) throws IOException {
    return openDirectory(name, Fcntl.O_NOFOLLOW);
  }

  /** The same, where the last component may be a symbolic link that stays inside. */
  public Directory openDirectoryFollowingLinks(String name) throws IOException {
    return openDirectory(name, 0);
  }

  private Directory openDirectory(String name, int nofollow) throws IOException {
    RelativeName parsed = parse(name);
    int n = fd.borrow();
    try {
      SyscallResult result = openRaw(n, parsed, OPEN_DIRECTORY | nofollow);
      if (result.is(Errno.EACCES)) {
        result = openRaw(n, parsed, HOLD_DIRECTORY | nofollow);
      }
      if (result.failed()) {
        throw failure(result, "openat2", name);
      }
      return adopt((int) result.raw(), show(name), resolution);
    } finally {
      fd.giveBack();
    }
  }

  /**
   * Makes a directory that was not there, with exactly this mode whatever the umask. A set-group-id
   * bit that the file system hands down stays.
   *
   * <p>Where others may rename entries of its parent, they could put another directory of ours in
   * its place before its mode is widened; with a mode of 0700 there is nothing to widen.
   */
  public void mkdir(String name, int mode) throws IOException {
    mkdirHeld(name, mode).close();
  }

  /** The same, and holds it. */
  public Directory mkdirHeld(String name, int mode) throws IOException {
    Opening.checkMode(mode);
    try (Place at = place(name, "mkdirat", true)) {
      byte[] last = at.name();
      for (int i = 0; i < MissingDirectories.MAX_TRIES; i++) {
        requireOk(Unistd.mkdirat(at.dirfd(), last, MissingDirectories.BORN), "mkdirat", name);
        try {
          return adopt(
              MissingDirectories.openMade(at.dirfd(), last, mode, show(name)),
              show(name),
              resolution);
        } catch (NoSuchFileException removed) {
          // Somebody removed it at once: it is to be made again.
        }
      }
    }
    throw new RaceDetectedException(show(name), "was removed at every try", Row.S18, Errno.ENOENT);
  }

  /**
   * Makes a directory and those above it that are missing, each with this mode, and holds it. What
   * exists stays as it is. Links on the way that stay inside may be passed; a dangling one is
   * refused.
   *
   * <p>Safe under others who create and remove the same names: it goes on until it holds the
   * directory, or throws {@link RaceDetectedException} after a bounded number of tries.
   */
  public Directory mkdirs(String name, int mode) throws IOException {
    Opening.checkMode(mode);
    RelativeName parsed = parse(name);
    int n = fd.borrow();
    try {
      return adopt(
          new MissingDirectories(n, resolution, mode, show(name)).make(parsed.bytes()),
          show(name),
          resolution);
    } finally {
      fd.giveBack();
    }
  }

  /** What is in it, at about this moment, without {@code .} and {@code ..}. */
  public List<DirectoryEntry> list() throws IOException {
    List<DirectoryEntry> all = new ArrayList<>();
    try (DirectoryEntries entries = entries()) {
      while (entries.hasNext()) {
        all.add(entries.next());
      }
    }
    return all;
  }

  /** What is in it, in batches, for directories too large to keep in memory. */
  public DirectoryEntries entries() throws IOException {
    int n = fd.borrow();
    try {
      // A descriptor of its own: two listings must not share one offset.
      SyscallResult again = Fcntl.openat(n, SELF, OPEN_DIRECTORY, 0);
      return new DirectoryEntries(OwnedFd.of(again, "openat", path), path);
    } finally {
      fd.giveBack();
    }
  }

  // --- links and names ----------------------------------------------------------------------

  /**
   * Gives the object of one name another name too, link(2). A symbolic link gets the name itself.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the new name is taken
   */
  public void link(String existing, String name) throws IOException {
    link(existing, this, name);
  }

  /** The same, with the new name below another directory. */
  public void link(String existing, Directory target, String name) throws IOException {
    try (Place from = place(existing, "linkat", false);
        Place to = target.place(name, "linkat", false)) {
      requireOk(Unistd.linkat(from.dirfd(), from.name(), to.dirfd(), to.name(), 0), "linkat", name);
    }
  }

  /** Makes a symbolic link. The text may be anything: look-ups decide what they follow. */
  public void symlink(String text, String name) throws IOException {
    try (Place at = place(name, "symlinkat", false)) {
      requireOk(Unistd.symlinkat(FileName.encode(text), at.dirfd(), at.name()), "symlinkat", name);
    }
  }

  /**
   * The text of a symbolic link.
   *
   * @throws java.nio.file.NotLinkException if it is none
   */
  public String readlink(String name) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      return held.readlink();
    }
  }

  /**
   * Gives an object another name, in one instant, rename(2).
   *
   * <p>Where the file system cannot rename without replacing (NFS, 9p, most of FUSE), {@link
   * RenameMode#NO_REPLACE} still replaces nothing that was there before the call. But for an
   * instant a file has both names, and a directory (or a file, where there are no hard links) is
   * moved over an empty one made for it: what another process puts in the place of that one in the
   * same instant is lost. {@link RenameMode#EXCHANGE} is refused there.
   */
  public void rename(String from, String to, RenameMode mode) throws IOException {
    rename(from, this, to, mode);
  }

  /** The same, with the new name below another directory of the same file system. */
  public void rename(String from, Directory target, String to, RenameMode mode) throws IOException {
    try (Place old = place(from, "renameat2", true);
        Place fresh = target.place(to, "renameat2", true)) {
      byte[] source = old.nameWithSlash();
      byte[] wanted = fresh.nameWithSlash();
      SyscallResult result =
          mode == RenameMode.NO_REPLACE
              ? Renames.toFree(old.dirfd(), source, fresh.dirfd(), wanted)
              : Unistd.renameat2(old.dirfd(), source, fresh.dirfd(), wanted, mode.flags);
      String call =
          mode == RenameMode.EXCHANGE && Renames.isUnknown(result)
              ? "renameat2 (one is in the other, or this file system cannot exchange names)"
              : "renameat2";
      requireOk(result, call, mode == RenameMode.NO_REPLACE ? to : from);
    }
  }

  // --- metadata -----------------------------------------------------------------------------

  /** What this directory's descriptor says now. */
  public FileStat stat() throws IOException {
    int n = fd.borrow();
    try {
      return new FileStat(Statx.fstat(n).orThrow("statx", path));
    } finally {
      fd.giveBack();
    }
  }

  /** What is called so, without following a last link. */
  public FileStat stat(String name) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      return held.stat();
    }
  }

  /** What is called so, or where the link of that name leads. */
  public FileStat statFollowingLinks(String name) throws IOException {
    try (HeldEntry held = hold(name, true)) {
      return held.stat();
    }
  }

  /** Who this directory is, past its inode number (F09). */
  public FileIdentity identity() throws IOException {
    int n = fd.borrow();
    try {
      return FileIdentity.ofDescriptor(n, path);
    } finally {
      fd.giveBack();
    }
  }

  /** Who is called so, without following a last link. */
  public FileIdentity identity(String name) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      return held.identity();
    }
  }

  /** Gives this directory itself exactly these permission bits. */
  public void chmod(int mode) throws IOException {
    Opening.checkMode(mode);
    int n = fd.borrow();
    try {
      ProcSelfFd.chmod(n, mode).orThrow("fchmod", path);
    } finally {
      fd.giveBack();
    }
  }

  /**
   * Gives an object exactly these permission bits: it is held first, so that what is changed is
   * what was looked up. Refuses a symbolic link.
   */
  public void chmod(String name, int mode) throws IOException {
    chmod(name, mode, false);
  }

  void chmod(String name, int mode, boolean follow) throws IOException {
    Opening.checkMode(mode);
    try (HeldEntry held = hold(name, follow)) {
      held.chmod(mode);
    }
  }

  /** Gives an object, or a symbolic link itself, this owner and group; {@code -1} keeps. */
  public void chown(String name, int uid, int gid) throws IOException {
    chown(name, uid, gid, false);
  }

  void chown(String name, int uid, int gid, boolean follow) throws IOException {
    try (HeldEntry held = hold(name, follow)) {
      held.chown(uid, gid);
    }
  }

  /** Sets the times of last modification and access of an object, or of a link; null keeps. */
  public void setTimes(String name, @Nullable FileTime modified, @Nullable FileTime accessed)
      throws IOException {
    setTimes(name, modified, accessed, false);
  }

  void setTimes(
      String name, @Nullable FileTime modified, @Nullable FileTime accessed, boolean follow)
      throws IOException {
    try (HeldEntry held = hold(name, follow)) {
      held.setTimes(modified, accessed);
    }
  }

  /** Throws if this thread's effective user had not these rights a moment ago, access(2). */
  void access(String name, int mode) throws IOException {
    try (HeldEntry held = hold(name, true)) {
      held.access(mode);
    }
  }

  /** What the file system of an object says of itself. */
  Statfs statfs(String name) throws IOException {
    int raw = openRaw(name, Fcntl.O_PATH, "openat2");
    try {
      return Statfs.fstatfs(raw).orThrow("fstatfs", show(name));
    } finally {
      Unistd.close(raw);
    }
  }

  /** What the kernel calls this directory now. */
  String kernelName() throws IOException {
    int n = fd.borrow();
    try {
      return HeldEntry.kernelName(n);
    } finally {
      fd.giveBack();
    }
  }

  /** What the kernel calls an object below it now. */
  String kernelName(String name, boolean follow) throws IOException {
    try (HeldEntry held = hold(name, follow)) {
      return held.kernelName();
    }
  }

  /** The names of an object's extended attributes. Refuses a symbolic link. */
  public List<String> xattrs(String name) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      return held.xattrs();
    }
  }

  /** An extended attribute's value; null if there is none of that name. Refuses a link. */
  public byte @Nullable [] xattr(String name, String attribute) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      return held.xattr(attribute);
    }
  }

  /** Refuses a symbolic link. */
  public void setXattr(String name, String attribute, byte[] value) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      held.setXattr(attribute, value);
    }
  }

  /** Refuses a symbolic link. */
  public void removeXattr(String name, String attribute) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      held.removeXattr(attribute);
    }
  }

  /** Waits until its entries are on the disk, fsync(2). */
  public void sync() throws IOException {
    int n = fd.borrow();
    try {
      Interruptions.retry(() -> Unistd.fsync(n)).orThrow("fsync", path);
    } finally {
      fd.giveBack();
    }
  }

  // --- the handle ---------------------------------------------------------------------------

  public boolean isOpen() {
    return fd.isOpen();
  }

  /** Closes it, once. Calls in progress end first; files opened through it stay open. */
  @Override
  public void close() throws IOException {
    fd.close();
  }

  @Override
  public String toString() {
    return fd.toString();
  }
}
