package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Identity;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file anew so that everybody sees the old contents or the new, and nothing in between
 * (F10).
 *
 * <pre>{@code
 * AtomicReplace.of(Path.of("/etc/app.conf")).durability(Durability.FILE_AND_DIRECTORY).write(bytes);
 * }</pre>
 *
 * <p>The new file is made without a name in the same directory, gets its contents, owner, mode,
 * extended attributes and ACL, and only then the name. By default these are the ones that the old
 * file has.
 *
 * <p><b>Guarantees.</b> Readers never see part of the contents, nor the new contents with other
 * rights than they are to have. On any failure the old file is as it was and nothing is left
 * behind. A symbolic link of that name is refused; one that appears meanwhile is replaced, never
 * followed. What {@link Durability} says holds when the call returns.
 *
 * <p><b>Races that remain.</b> Two who replace one file at the same time: the last wins, whole. Use
 * {@link #onlyIf} or {@link #edit} to be told, or a lock. A cleaner that removes the new file in
 * the instant before it is in its place makes a write throw {@link RaceDetectedException}; {@link
 * #write(byte[])} tries again before it does. A process killed in the one instant between naming
 * the new file and moving it to its place leaves a file whose name begins with {@code .holdfast-}:
 * the new one, or with {@link #onlyIf} and {@link #edit} the old one. Other names of the old file
 * (hard links) go on leading to the old contents.
 *
 * <p><b>Threads.</b> Immutable; a {@link Replacement} belongs to one thread at a time.
 *
 * <p><b>Sources.</b> rename(2), open(2) on O_TMPFILE, fsync(2).
 */
public final class AtomicReplace {
  static final String PREFIX = ".holdfast-";
  private static final String ACL = "system.posix_acl_access";
  private static final int UNSET = -1;
  private static final int DEFAULT_MODE = 0600;

  /** For those who replace the file without a lock. */
  private static final int MAX_EDIT_TRIES = 64;

  /** For cleaners that remove what is not in its place yet. */
  private static final int MAX_WRITE_TRIES = 16;

  private final @Nullable Directory directory;
  private final @Nullable Path path;
  private final String name;
  private final Settings settings;

  /** True if the caller holds the lock on the file that is replaced. */
  private final boolean locked;

  /**
   * What is to be set.
   *
   * @param expected replace only this object
   */
  private record Settings(
      int mode,
      int uid,
      int gid,
      boolean keep,
      boolean noReplace,
      boolean replaceLink,
      Map<String, byte[]> xattrs,
      Durability durability,
      @Nullable FileIdentity expected) {
    static final Settings DEFAULT =
        new Settings(UNSET, UNSET, UNSET, true, false, false, Map.of(), Durability.FILE, null);

    Settings withMode(int newMode) {
      return new Settings(
          newMode, uid, gid, keep, noReplace, replaceLink, xattrs, durability, expected);
    }

    Settings withOwner(int newUid, int newGid) {
      return new Settings(
          mode, newUid, newGid, keep, noReplace, replaceLink, xattrs, durability, expected);
    }

    Settings withKeep(boolean newKeep) {
      return new Settings(
          mode, uid, gid, newKeep, noReplace, replaceLink, xattrs, durability, expected);
    }

    Settings withNoReplace() {
      return new Settings(mode, uid, gid, keep, true, replaceLink, xattrs, durability, expected);
    }

    Settings withReplaceLink() {
      return new Settings(mode, uid, gid, keep, noReplace, true, xattrs, durability, expected);
    }

    Settings withXattr(String attribute, byte[] value) {
      Map<String, byte[]> more = new TreeMap<>(xattrs);
      more.put(attribute, value.clone());
      return new Settings(mode, uid, gid, keep, noReplace, replaceLink, more, durability, expected);
    }

    Settings withDurability(Durability newDurability) {
      return new Settings(
          mode, uid, gid, keep, noReplace, replaceLink, xattrs, newDurability, expected);
    }

    Settings withExpected(FileIdentity identity) {
      return new Settings(
          mode, uid, gid, keep, noReplace, replaceLink, xattrs, durability, identity);
    }
  }

  private AtomicReplace(
      @Nullable Directory directory,
      @Nullable Path path,
      String name,
      Settings settings,
      boolean locked) {
    this.locked = locked;
    this.directory = directory;
    this.path = path;
    this.name = name;
    this.settings = settings;
  }

  /** Of a file below a held directory, which stays the caller's. */
  public static AtomicReplace of(Directory directory, String name) {
    return new AtomicReplace(directory, null, name, Settings.DEFAULT, false);
  }

  /** Of the file a path means; its directory is held from the beginning of a write to its end. */
  public static AtomicReplace of(Path path) {
    Path last = path.getFileName();
    if (last == null) {
      throw new IllegalArgumentException("not a file's path: " + path);
    }
    return new AtomicReplace(null, path, Names.of(last), Settings.DEFAULT, false);
  }

  private AtomicReplace with(Settings other) {
    return new AtomicReplace(directory, path, name, other, locked);
  }

  /** The new file's mode, whatever the umask. Without it: the old file's, or 0600. */
  public AtomicReplace mode(int mode) {
    return with(settings.withMode(Opening.checkMode(mode)));
  }

  /** The new file's owner and group; {@code -1} for the old file's, or the caller's. */
  public AtomicReplace owner(int uid, int gid) {
    return with(settings.withOwner(uid, gid));
  }

  /** An extended attribute of the new file, such as an ACL. */
  public AtomicReplace xattr(String attribute, byte[] value) {
    return with(settings.withXattr(attribute, value));
  }

  /** Does not look at the old file's owner, mode and extended attributes. */
  public AtomicReplace freshAttributes() {
    return with(settings.withKeep(false));
  }

  /** What must be on the disk when a write returns; without it {@link Durability#FILE}. */
  public AtomicReplace durability(Durability durability) {
    return with(settings.withDurability(durability));
  }

  /**
   * There must be nothing of that name, not even a dangling symbolic link: else {@code
   * FileAlreadyExistsException}.
   */
  public AtomicReplace noReplace() {
    return with(settings.withNoReplace());
  }

  /** A symbolic link of that name is replaced itself. Without this it is refused. */
  public AtomicReplace replaceLink() {
    return with(settings.withReplaceLink());
  }

  /**
   * Replaces only this object: if another has the name, the write throws {@link
   * RaceDetectedException} and the other keeps it. Those who use this or {@link #edit} exclude each
   * other. If a program that takes no lock replaces the file in the very instant, readers may see
   * the new contents before what that program wrote is put back.
   */
  public AtomicReplace onlyIf(FileIdentity identity) {
    return with(settings.withExpected(identity));
  }

  /** Writes all of it. */
  public void write(byte[] contents) throws IOException {
    for (int i = 1; ; i++) {
      try (Replacement replacement = begin()) {
        replacement.writeFully(ByteBuffer.wrap(contents));
        replacement.commit();
        return;
      } catch (RaceDetectedException raced) {
        if (i == MAX_WRITE_TRIES || settings.expected != null) {
          throw raced;
        }
      }
    }
  }

  /** Writes all that can be read. */
  public void write(InputStream contents) throws IOException {
    try (Replacement replacement = begin()) {
      try (OutputStream out = replacement.file().outputStream()) {
        contents.transferTo(out);
      }
      replacement.commit();
    }
  }

  /** Begins: the new file exists, without a name. */
  public Replacement begin() throws IOException {
    if (directory != null) {
      return begin(directory, null);
    }
    Directory parent = openParent();
    try {
      return begin(parent, parent);
    } catch (IOException | RuntimeException failure) {
      parent.close();
      throw failure;
    }
  }

  private Directory openParent() throws IOException {
    Path parent = path == null ? null : path.getParent();
    return Directory.openFollowingLinks(
        parent == null ? Path.of(path != null && path.isAbsolute() ? "/" : ".") : parent,
        Resolution.beneath());
  }

  private Replacement begin(Directory in, @Nullable Directory owned) throws IOException {
    Place place = in.place(name, "renameat2", false);
    try {
      Old old = settings.noReplace ? Old.NONE : look(place, in);
      NewFile file = NewFile.in(in, place.dirfd(), PREFIX);
      return new Replacement(this, in, owned, place, old, file);
    } catch (IOException | RuntimeException failure) {
      place.close();
      throw failure;
    }
  }

  /** What has the name now. */
  private record Old(@Nullable Statx stat, Map<String, byte[]> xattrs) {
    static final Old NONE = new Old(null, Map.of());
  }

  private Old look(Place place, Directory in) throws IOException {
    return settings.keep ? lookHeld(place, in) : lookAtName(place, in);
  }

  /** Only what sort of thing has the name is asked: nothing to hold. */
  private Old lookAtName(Place place, Directory in) throws IOException {
    Result<Statx> named =
        Statx.statx(
            place.dirfd(), place.name(), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (!named.is(Errno.ENOENT)) {
      requireReplaceable(named.orThrow("statx", in.show(name)), in);
    }
    return Old.NONE;
  }

  /** Mode, owner and extended attributes are to be those of one and the same object. */
  private Old lookHeld(Place place, Directory in) throws IOException {
    SyscallResult opened =
        Fcntl.openat(place.dirfd(), place.name(), Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    if (opened.is(Errno.ENOENT)) {
      return Old.NONE;
    }
    String shown = in.show(name);
    int raw = (int) FileErrors.orThrow(opened, "openat", shown);
    try {
      Statx stat = Statx.fstat(raw).orThrow("statx", shown);
      return requireReplaceable(stat, in) ? new Old(stat, readXattrs(raw, shown)) : Old.NONE;
    } finally {
      Unistd.close(raw);
    }
  }

  /** True for a regular file, false for a link that is to be replaced itself. */
  private boolean requireReplaceable(Statx stat, Directory in) throws UnsafePathException {
    if (stat.isSymlink() && !settings.replaceLink) {
      throw new UnsafePathException(in.show(name), "is a symbolic link", "S05", Errno.ELOOP);
    }
    if (!stat.isSymlink() && !stat.isRegular()) {
      throw new UnsafePathException(
          in.show(name), "is " + FileKind.ofMode(stat.mode()).description(), "S11", null);
    }
    return stat.isRegular();
  }

  private static Map<String, byte[]> readXattrs(int raw, String shown) throws IOException {
    byte[] held = ProcSelfFd.name(raw);
    Result<byte[]> list = Xattr.listxattr(held);
    if (list.is(Errno.EOPNOTSUPP)) {
      return Map.of();
    }
    byte[] names = list.orThrow("listxattr", shown);
    if (names.length == 0) {
      return Map.of();
    }
    Map<String, byte[]> all = new LinkedHashMap<>();
    for (String attribute : OpenFile.splitNames(names)) {
      Result<byte[]> value = Xattr.getxattr(held, Names.encode(attribute));
      if (value.ok()) {
        all.put(attribute, value.value());
      } else if (!value.is(Errno.ENODATA) && !mayBeLost(attribute)) {
        throw dev.holdfast.libc.SyscallExceptions.of(value.errno(), "getxattr", shown);
      }
    }
    return all;
  }

  /** Labels that the system's policy sets by itself, or that only root may see. */
  private static boolean mayBeLost(String attribute) {
    return attribute.startsWith("security.") || attribute.startsWith("trusted.");
  }

  /**
   * A new file that has not got its name yet. Closing it without {@link #commit} leaves everything
   * as it was.
   */
  public static final class Replacement implements AutoCloseable {
    private final AtomicReplace plan;
    private final Directory directory;
    private final @Nullable Directory owned;
    private final Place place;
    private final Old old;
    private final NewFile file;
    private boolean done;

    private Replacement(
        AtomicReplace plan,
        Directory directory,
        @Nullable Directory owned,
        Place place,
        Old old,
        NewFile file) {
      this.plan = plan;
      this.directory = directory;
      this.owned = owned;
      this.place = place;
      this.old = old;
      this.file = file;
    }

    /** The new file, open for reading and writing. */
    public OpenFile file() {
      return file.file();
    }

    void writeFully(ByteBuffer contents) throws IOException {
      try (FileChannel channel = file().channel()) {
        channel.write(contents);
      }
    }

    /** Gives it its attributes, and then its name. */
    public void commit() throws IOException {
      if (done) {
        throw new IllegalStateException("committed or closed already");
      }
      String shown = directory.show(plan.name);
      Settings settings = plan.settings;
      setAttributes(shown);
      if (settings.durability != Durability.NONE) {
        file().sync(true);
      }
      if (settings.noReplace) {
        SyscallResult named = file.publish(place.dirfd(), place.name());
        if (named.failed()) {
          throw dev.holdfast.libc.SyscallExceptions.of(named.errno(), "linkat", shown);
        }
      } else if (settings.expected != null) {
        exchangeIfSame(settings.expected, shown);
      } else {
        file.giveTempName();
        syncNamed(settings);
        file.replace(place.name(), shown);
      }
      done = true;
      if (settings.durability == Durability.FILE_AND_DIRECTORY) {
        syncDirectory(shown);
      }
    }

    /** Some file systems forget a file without a name that was synced, and then got one. */
    private void syncNamed(Settings settings) throws IOException {
      if (settings.durability == Durability.NONE) {
        return;
      }
      Result<Statfs> fileSystem = Statfs.fstatfs(place.dirfd());
      if (fileSystem.ok() && fileSystem.value().type() == Statfs.BTRFS_SUPER_MAGIC) {
        file().sync(true);
      }
    }

    /**
     * Puts the new file in the place of exactly this one. Those who do the same exclude each other
     * by a lock on the old file. A program that replaces it without asking can come in between the
     * look and the exchange: then the old file that comes out is the wrong one, and goes back.
     */
    private void exchangeIfSame(FileIdentity expected, String shown) throws IOException {
      if (plan.locked) {
        exchangeLocked(expected, shown);
        return;
      }
      Opening opening = Opening.read().kinds(FileKind.REGULAR, FileKind.SYMLINK);
      try (OpenFile current = directory.open(plan.name, opening)) {
        if (!current.identity().matches(expected)) {
          throw another(shown);
        }
        FileGuard.lock(current);
        exchangeLocked(expected, shown);
      }
    }

    private void exchangeLocked(FileIdentity expected, String shown) throws IOException {
      if (!directory.identity(plan.name).matches(expected)) {
        throw another(shown);
      }
      // Not before the lock was waited for: a process that is killed leaves this name behind.
      file.giveTempName();
      syncNamed(plan.settings);
      file.exchange(place.name(), shown);
      if (identityOfTemp(shown).matches(expected)) {
        file.keepExchanged();
        return;
      }
      // Once more puts it back, unless the name was taken meanwhile by a newer one yet: then that
      // is what comes out, and it goes back in the place of the one that it would have replaced.
      FileIdentity ours = file.file().identity();
      for (int i = 0; i < MAX_EDIT_TRIES; i++) {
        file.exchange(place.name(), shown);
        if (i % 2 == 1 || identityOfTemp(shown).matches(ours)) {
          break;
        }
      }
      if (!file.hasTempName()) {
        file.keepExchanged();
      }
      throw another(shown);
    }

    private FileIdentity identityOfTemp(String shown) throws IOException {
      byte[] name = Objects.requireNonNull(file.tempName());
      SyscallResult opened = Fcntl.openat(place.dirfd(), name, Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
      int raw = (int) FileErrors.orThrow(opened, "openat", shown);
      try {
        return FileIdentity.ofDescriptor(raw, shown);
      } finally {
        Unistd.close(raw);
      }
    }

    private static RaceDetectedException another(String shown) {
      return new RaceDetectedException(shown, "is no longer the file that was read", "L01", null);
    }

    private void syncDirectory(String shown) throws IOException {
      // The place may be held by O_PATH, which cannot be synced.
      SyscallResult opened =
          Fcntl.openat(place.dirfd(), new byte[] {'.'}, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
      int raw = (int) opened.orThrow("openat", shown);
      try {
        Interruptions.retry(() -> Unistd.fsync(raw)).orThrow("fsync", shown);
      } finally {
        Unistd.close(raw);
      }
    }

    /** Owner first: changing it clears set-id bits. The ACL last: it decides about the group. */
    private void setAttributes(String shown) throws IOException {
      Settings settings = plan.settings;
      Statx was = old.stat;
      FileStat born = file().opened();
      int uid = settings.uid != UNSET ? settings.uid : was != null ? was.uid() : UNSET;
      int gid = settings.gid != UNSET ? settings.gid : was != null ? was.gid() : UNSET;
      boolean giveAway = uid != UNSET && uid != born.uid();
      boolean regroup = gid != UNSET && gid != born.gid();
      int fd = file().borrow();
      try {
        if (giveAway || regroup) {
          Unistd.fchown(fd, giveAway ? uid : Identity.KEEP, regroup ? gid : Identity.KEEP)
              .orThrow("fchown", shown);
        }
        int mode =
            settings.mode != UNSET ? settings.mode : was != null ? was.permissions() : DEFAULT_MODE;
        if (giveAway || regroup || mode != born.mode()) {
          Unistd.fchmod(fd, mode).orThrow("fchmod", shown);
        }
        if (was != null && settings.mode == UNSET) {
          copyXattrs(fd, shown);
        }
        for (Map.Entry<String, byte[]> attribute : settings.xattrs.entrySet()) {
          Xattr.fsetxattr(fd, Names.encode(attribute.getKey()), attribute.getValue(), 0)
              .orThrow("fsetxattr", shown);
        }
      } finally {
        file().giveBack();
      }
    }

    private void copyXattrs(int fd, String shown) throws IOException {
      if (!old.xattrs.containsKey(ACL)) {
        // The directory's default ACL may have given it one, which the old file had not.
        SyscallResult removed = Xattr.fremovexattr(fd, Names.encode(ACL));
        if (removed.failed() && !removed.is(Errno.ENODATA) && !removed.is(Errno.EOPNOTSUPP)) {
          removed.orThrow("fremovexattr", shown);
        }
      }
      for (Map.Entry<String, byte[]> attribute : old.xattrs.entrySet()) {
        SyscallResult set =
            Xattr.fsetxattr(fd, Names.encode(attribute.getKey()), attribute.getValue(), 0);
        if (set.failed() && !mayBeLost(attribute.getKey())) {
          set.orThrow("fsetxattr", shown);
        }
      }
    }

    /** Ends it. Without a {@link #commit} before, the old file stays. */
    @Override
    public void close() throws IOException {
      done = true;
      try {
        file.close();
      } finally {
        place.close();
        if (owned != null) {
          owned.close();
        }
      }
    }
  }

  // --- edits --------------------------------------------------------------------------------

  /** Contents that an edit makes out of others. */
  public interface Edit {
    /** Reads the old file, and writes the new one from its beginning. */
    void apply(FileChannel old, FileChannel fresh) throws IOException;
  }

  /**
   * Reads the file, and replaces it by what is made of it. Those who edit by this method take
   * turns, by an exclusive flock(2) lock on the file: none of their updates is lost, be they
   * threads or processes.
   *
   * <p>A program that takes no lock and replaces the file meanwhile is noticed: the edit is made
   * again from the new contents, a bounded number of times, and then this throws {@link
   * RaceDetectedException}. One that writes into the old file in place during the exchange itself
   * can lose what it wrote.
   */
  public void edit(Edit edit) throws IOException {
    if (directory != null) {
      edit(directory, edit);
    } else {
      try (Directory parent = openParent()) {
        edit(parent, edit);
      }
    }
  }

  private void edit(Directory in, Edit edit) throws IOException {
    for (int races = 0; ; ) {
      try (OpenFile old = in.open(name, Opening.read())) {
        FileGuard.lock(old);
        // Whoever had the lock before may have replaced the file: then this one is history.
        if (in.stat(name).sameInode(old.stat())) {
          editLocked(in, old, edit);
          return;
        }
      } catch (RaceDetectedException raced) {
        if (++races >= MAX_EDIT_TRIES) {
          throw raced;
        }
      }
    }
  }

  private void editLocked(Directory in, OpenFile old, Edit edit) throws IOException {
    Settings exactly = settings.withExpected(old.identity());
    try (Replacement replacement = new AtomicReplace(in, null, name, exactly, true).begin()) {
      FileStat before = old.stat();
      try (FileChannel from = old.channel();
          FileChannel to = replacement.file().channel()) {
        edit.apply(from, to);
      }
      if (!sameContents(before, old.stat())) {
        throw new RaceDetectedException(in.show(name), "was written meanwhile", "L01", null);
      }
      replacement.commit();
    }
  }

  private static boolean sameContents(FileStat before, FileStat after) {
    return before.size() == after.size()
        && before.lastModifiedTime().equals(after.lastModifiedTime());
  }

  /** Puts bytes in the middle of the file, at this position; see {@link #edit}. */
  public void insert(long position, byte[] bytes) throws IOException {
    edit(
        (old, fresh) -> {
          if (position > old.size()) {
            throw new IllegalArgumentException(
                "position %d in a file of %d bytes".formatted(position, old.size()));
          }
          copy(old, 0, position, fresh);
          fresh.write(ByteBuffer.wrap(bytes));
          copy(old, position, old.size() - position, fresh);
        });
  }

  /** Puts bytes at the end of the file; see {@link #edit}. */
  public void append(byte[] bytes) throws IOException {
    edit(
        (old, fresh) -> {
          copy(old, 0, old.size(), fresh);
          fresh.write(ByteBuffer.wrap(bytes));
        });
  }

  private static void copy(FileChannel old, long from, long count, FileChannel fresh)
      throws IOException {
    if (old.transferTo(from, count, fresh) != count) {
      throw new EOFException("the file was cut while it was read");
    }
  }

  @Override
  public String toString() {
    return "AtomicReplace[" + (path != null ? path : name) + "]";
  }
}
