package dev.holdfast.files;

import dev.holdfast.files.ground.Insider;
import dev.holdfast.files.ground.Place;
import dev.holdfast.files.ground.UsualMode;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.make.UnnamedFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What this package does for the other packages of its module, and for nobody else: descriptors,
 * and verbs that would make a public class larger for a single caller. Only who sees {@link
 * Insider} gets one.
 *
 * <p><b>Threads.</b> As what it is asked about.
 *
 * @hidden
 */
// Nobody outside can name what is not exported, nor get one of these. javadoc(1) knows the tag.
@SuppressWarnings({"exports", "InvalidBlockTag"})
public final class Internals {
  private static final Internals THE_ONE = new Internals();

  private Internals() {}

  public static Internals of(Insider key) {
    Objects.requireNonNull(key);
    return THE_ONE;
  }

  // --- directories --------------------------------------------------------------------------

  /** Its descriptor. */
  public OwnedFd.Use use(Directory directory) throws IOException {
    return directory.use();
  }

  /** Takes the ownership of a directory's descriptor. */
  public Directory adopt(int rawFd, String path, Resolution resolution) {
    return Directory.adopt(rawFd, path, resolution);
  }

  /** The path of an entry, for messages. */
  public String show(Directory directory, String name) {
    return directory.show(name);
  }

  /** Where the name leads, for a call on that entry; refuses names that no entry has. */
  public Place place(Directory directory, String name, String call, boolean directoryAllowed)
      throws IOException {
    return directory.place(name, call, directoryAllowed);
  }

  /** {@link Directory#losesSynced} of the directory that a place in this one is in. */
  public boolean losesSynced(Directory directory, Place place) {
    return place.owned()
        ? UnnamedFile.losesSynced(place.dirfd())
        : directory.losesSynced(place.dirfd());
  }

  /** Throws if this thread's effective user had not these rights a moment ago, access(2). */
  public void access(Directory directory, String name, int mode) throws IOException {
    try (HeldEntry held = directory.hold(name, true)) {
      held.access(mode);
    }
  }

  public List<String> xattrs(Directory directory, String name, boolean follow) throws IOException {
    try (HeldEntry held = directory.hold(name, follow)) {
      return held.xattrs();
    }
  }

  public byte @Nullable [] xattr(Directory directory, String name, String attribute, boolean follow)
      throws IOException {
    try (HeldEntry held = directory.hold(name, follow)) {
      return held.xattr(attribute);
    }
  }

  public void setXattr(
      Directory directory, String name, String attribute, byte[] value, boolean follow)
      throws IOException {
    try (HeldEntry held = directory.hold(name, follow)) {
      held.setXattr(attribute, value);
    }
  }

  public void removeXattr(Directory directory, String name, String attribute, boolean follow)
      throws IOException {
    try (HeldEntry held = directory.hold(name, follow)) {
      held.removeXattr(attribute);
    }
  }

  /** What the kernel calls this directory now. */
  public String kernelName(Directory directory) throws IOException {
    try (OwnedFd.Use use = directory.use()) {
      return HeldEntry.kernelName(use.fd());
    }
  }

  /** What the kernel calls an object below it now. */
  public String kernelName(Directory directory, String name, boolean follow) throws IOException {
    try (HeldEntry held = directory.hold(name, follow)) {
      return held.kernelName();
    }
  }

  /** What the file system of an object says of itself. */
  public Statfs statfs(Directory directory, String name) throws IOException {
    try (HeldEntry held = directory.hold(name, true)) {
      return held.statfs();
    }
  }

  /** What open(2) and mkdir(2) would make of a mode for a new entry of this name. */
  public int usualMode(Directory directory, String name, int widest, int umask) {
    try (Place place = directory.place(name, "openat", true)) {
      return UsualMode.in(place.dirfd(), widest, umask);
    } catch (IOException cannotBeMade) {
      return widest & ~umask;
    }
  }

  /** Opens a directory that was just made, and gives it its mode. */
  public int openMade(int dirfd, byte[] name, int mode, String shown) throws IOException {
    return MissingDirectories.openMade(dirfd, name, mode, shown);
  }

  /**
   * True for the name of an entry, and not of one in another directory.
   *
   * @param shown what it would be below, for messages
   */
  public boolean isOneComponent(String name, String shown) throws FileSystemException {
    RelativeName parsed = RelativeName.parse(name, Resolution.Scope.BENEATH, shown);
    return parsed.isSingle() && !parsed.isSpecial();
  }

  // --- files --------------------------------------------------------------------------------

  /** Its descriptor. */
  public OwnedFd.Use use(OpenFile file) throws IOException {
    return file.use();
  }

  public OpenFile create(Directory directory, String name, int mode, int accessFlags)
      throws IOException {
    return directory.create(name, mode, accessFlags);
  }

  public OpenFile createAt(
      int dirfd,
      byte[] bytes,
      @Nullable Directory directory,
      String name,
      int mode,
      int accessFlags)
      throws IOException {
    return FileOpening.createAt(dirfd, bytes, directory, name, mode, accessFlags);
  }

  public OpenFile openHeld(int held, @Nullable Directory directory, String name, Opening opening)
      throws IOException {
    return FileOpening.openHeld(held, directory, name, opening);
  }

  /** Takes the ownership of a regular file's descriptor that needs no check: an O_TMPFILE. */
  public OpenFile adopt(int raw, Directory directory, String name, int accessFlags) {
    return FileOpening.adopt(raw, directory, name, accessFlags);
  }

  /** The same for a copy of such a descriptor, which may outlive its directory. */
  public OpenFile adoptReadable(int raw, String path) {
    return FileOpening.adoptReadable(raw, path);
  }

  public FileChannel intoChannel(OpenFile file, Closeable onClose) {
    return file.intoChannel(onClose);
  }

  /** Writes all of it, from this place on, or throws. */
  public int writeFully(OpenFile file, ByteBuffer source, long at) throws IOException {
    return HeldFileChannel.writeFully(file, source, at);
  }

  public int accessFlags(Opening opening) {
    return opening.accessFlags();
  }

  public int checkMode(int mode) {
    return Opening.checkMode(mode);
  }

  // --- what the kernel says -----------------------------------------------------------------

  public FileStat stat(Statx statx) {
    return new FileStat(statx);
  }

  public Statx statx(FileStat stat) {
    return stat.statx();
  }

  public FileKind kind(int mode) {
    return FileKind.ofMode(mode);
  }

  public FileIdentity identity(int fd, String path) throws IOException {
    return FileIdentity.ofDescriptor(fd, path);
  }

  /** The names in a list of extended attributes. */
  public List<String> splitNames(byte[] list) {
    return HeldEntry.splitNames(list);
  }

  /** An error of a call that looks a name up, as the exception this module promises. */
  public FileSystemException failure(Errno errno, String call, String path) {
    return FileErrors.of(errno, call, path);
  }

  /** The same error, told of another name than the one that only we know. */
  public FileSystemException failureElsewhere(FileSystemException e, String path) {
    return FileErrors.elsewhere(e, path);
  }

  public long orThrow(SyscallResult result, String call, String path) throws FileSystemException {
    return FileErrors.orThrow(result, call, path);
  }
}
