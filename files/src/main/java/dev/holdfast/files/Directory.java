package dev.holdfast.files;

import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Interruptions;
import dev.holdfast.path.make.Renames;
import dev.holdfast.path.make.UnnamedFile;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

  private final OwnedFd fd;
  private final String path;
  private final Lookup lookup;

  /** Null until somebody asks. */
  private volatile @Nullable Boolean losesSynced;

  private Directory(OwnedFd fd, String path, Resolution resolution) {
    this.fd = fd;
    this.path = path;
    this.lookup = new Lookup(fd, path, resolution);
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
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, bytes, Lookup.OPEN_DIRECTORY | nofollow, 0);
    if (opened.is(Errno.EACCES)) {
      // Search permission is enough to hold it; listing it will then be refused.
      opened = Fcntl.openat(Fcntl.AT_FDCWD, bytes, Lookup.HOLD_DIRECTORY | nofollow, 0);
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
    try (OwnedFd.Use use = fd.use()) {
      SyscallResult copy = Fcntl.fcntl(use.fd(), Fcntl.F_DUPFD_CLOEXEC, 0);
      return new Directory(OwnedFd.of(copy, "fcntl", path), path, other);
    }
  }

  public Resolution resolution() {
    return lookup.resolution();
  }

  /** The path it was opened by, for messages: never to be opened again. */
  public String path() {
    return path;
  }

  /**
   * The path it was opened by, for programs that take only paths; what it leads to may be another
   * object by now.
   */
  public Path toPath() {
    return FileName.pathOf(path);
  }

  OwnedFd.Use use() throws IOException {
    return fd.use();
  }

  String show(String name) {
    return lookup.show(name);
  }

  Place place(String name, String call, boolean directoryAllowed) throws IOException {
    return lookup.place(name, call, directoryAllowed);
  }

  /** Holds what is called so; the caller closes it. */
  HeldEntry hold(String name, boolean follow) throws IOException {
    return new HeldEntry(lookup.open(name, follow ? Fcntl.O_PATH : Lookup.HOLD), this, name);
  }

  /**
   * {@link UnnamedFile#losesSynced} of this directory. Asked once: what is held stays on its file
   * system.
   *
   * @param own this directory's number
   */
  boolean losesSynced(int own) {
    Boolean known = losesSynced;
    if (known == null) {
      known = UnnamedFile.losesSynced(own);
      losesSynced = known;
    }
    return known;
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
        ? FileOpening.openOrCreate(
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
    return FileOpening.checked(lookup.open(name, opening.lookUpFlags()), this, name, opening);
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
      return FileOpening.createAt(at.dirfd(), at.name(), this, name, mode, accessFlags);
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
    return new HeldObject(lookup.open(name, Lookup.HOLD), this, name);
  }

  /** The same for where the link of that name leads. */
  public HeldObject holdFollowingLinks(String name) throws IOException {
    return new HeldObject(lookup.open(name, Fcntl.O_PATH), this, name);
  }

  /** Removes a name that is not a directory's, unlink(2). A symbolic link goes itself. */
  public void remove(String name) throws IOException {
    try (Place at = place(name, "unlinkat", false)) {
      at.require(Unistd.unlinkat(at.dirfd(), at.name(), 0), "unlinkat");
    }
  }

  /** Removes an empty directory, rmdir(2). */
  public void rmdir(String name) throws IOException {
    try (Place at = place(name, "unlinkat", true)) {
      at.require(Unistd.unlinkat(at.dirfd(), at.name(), Fcntl.AT_REMOVEDIR), "unlinkat");
    }
  }

  // --- directories --------------------------------------------------------------------------

  /**
   * Opens and holds a sub-directory, which is then the border for names below it. Its last
   * component is not followed.
   */
  public Directory openDirectory(String name) throws IOException {
    return adopt(lookup.openDirectory(name, Fcntl.O_NOFOLLOW), show(name), resolution());
  }

  /** The same, where the last component may be a symbolic link that stays inside. */
  public Directory openDirectoryFollowingLinks(String name) throws IOException {
    return adopt(lookup.openDirectory(name, 0), show(name), resolution());
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
      return adopt(MissingDirectories.makeNew(at, mode), show(name), resolution());
    }
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
    RelativeName parsed = lookup.parse(name);
    try (OwnedFd.Use use = fd.use()) {
      MissingDirectories missing = new MissingDirectories(use.fd(), resolution(), mode, show(name));
      return adopt(missing.make(parsed.bytes()), show(name), resolution());
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
    try (OwnedFd.Use use = fd.use()) {
      // A descriptor of its own: two listings must not share one offset.
      SyscallResult again = Fcntl.openat(use.fd(), SELF, Lookup.OPEN_DIRECTORY, 0);
      return new DirectoryEntries(OwnedFd.of(again, "openat", path), path);
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
      to.require(Unistd.linkat(from.dirfd(), from.name(), to.dirfd(), to.name(), 0), "linkat");
    }
  }

  /** Makes a symbolic link. The text may be anything: look-ups decide what they follow. */
  public void symlink(String text, String name) throws IOException {
    try (Place at = place(name, "symlinkat", false)) {
      at.require(Unistd.symlinkat(FileName.encode(text), at.dirfd(), at.name()), "symlinkat");
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
      (mode == RenameMode.NO_REPLACE ? fresh : old).require(result, call);
    }
  }

  // --- metadata -----------------------------------------------------------------------------

  /** What this directory's descriptor says now. */
  public FileStat stat() throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      return new FileStat(Statx.fstat(use.fd()).orThrow("statx", path));
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
    try (OwnedFd.Use use = fd.use()) {
      return FileIdentity.ofDescriptor(use.fd(), path);
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
    try (OwnedFd.Use use = fd.use()) {
      ProcSelfFd.chmod(use.fd(), mode).orThrow("fchmod", path);
    }
  }

  /**
   * Gives an object exactly these permission bits: it is held first, so that what is changed is
   * what was looked up. Refuses a symbolic link.
   */
  public void chmod(String name, int mode) throws IOException {
    Opening.checkMode(mode);
    try (HeldEntry held = hold(name, false)) {
      held.chmod(mode);
    }
  }

  /** Gives an object, or a symbolic link itself, this owner and group; {@code -1} keeps. */
  public void chown(String name, int uid, int gid) throws IOException {
    try (HeldEntry held = hold(name, false)) {
      held.chown(uid, gid);
    }
  }

  /** Sets the times of last modification and access of an object, or of a link; null keeps. */
  public void setTimes(String name, @Nullable FileTime modified, @Nullable FileTime accessed)
      throws IOException {
    try (HeldEntry held = hold(name, false)) {
      held.setTimes(modified, accessed);
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
    try (OwnedFd.Use use = fd.use()) {
      Interruptions.retry(() -> Unistd.fsync(use.fd())).orThrow("fsync", path);
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
