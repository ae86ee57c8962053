package dev.holdfast.files.replace;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.FileIdentity;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.RaceDetectedException;
import dev.holdfast.files.StaleIdentityException;
import dev.holdfast.files.ground.Modes;
import dev.holdfast.files.ground.Place;
import dev.holdfast.files.ground.UsualMode;
import dev.holdfast.files.inside.NewFile;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Interruptions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A new file that has not got its name yet: an {@link AtomicReplace} that has begun. Closing it
 * without {@link #commit} leaves everything as it was.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class Replacement implements AutoCloseable {
  private static final int SET_ID = Statx.S_ISUID | Statx.S_ISGID;
  private static final int GROUP = 070;

  /** To read and to write, for who is not the owner. */
  private static final int OF_OTHERS = 066;

  private static final String MODE = "mode";

  /** For those who replace the file without a lock. */
  private static final int MAX_EXCHANGES = 64;

  private final ReplaceSettings settings;
  private final Directory directory;
  private final @Nullable Directory owned;
  private final Place place;
  private final String name;
  private final OldFile old;
  private final NewFile file;
  private final List<String> lost = new ArrayList<>();
  private boolean done;

  private Replacement(
      ReplaceSettings settings,
      Directory directory,
      @Nullable Directory owned,
      String name,
      Place place,
      OldFile old,
      NewFile file) {
    this.settings = settings;
    this.directory = directory;
    this.owned = owned;
    this.name = name;
    this.place = place;
    this.old = old;
    this.file = file;
  }

  /**
   * Begins one.
   *
   * @param owned a directory to be closed at the end
   */
  static Replacement begin(
      Directory in, @Nullable Directory owned, String name, ReplaceSettings settings)
      throws IOException {
    Place place = CORE.place(in, name, "renameat2", false);
    try {
      OldFile old = settings.noReplace() ? OldFile.NONE : OldFile.at(place, settings);
      NewFile file = NewFile.in(in, place.dirfd(), name);
      Replacement begun = new Replacement(settings, in, owned, name, place, old, file);
      try {
        begun.giveFlags();
      } catch (IOException | RuntimeException failure) {
        file.close();
        throw failure;
      }
      return begun;
    } catch (IOException | RuntimeException failure) {
      place.close();
      throw failure;
    }
  }

  private void giveFlags() throws IOException {
    if (old.stat() == null) {
      return;
    }
    try (OwnedFd.Use use = CORE.use(file())) {
      for (InodeFlags.Missing missing : old.flags().giveTo(use.fd(), place.dirfd())) {
        if (!settings.lenient()) {
          place.require(missing.why(), "ioctl for its " + missing.what());
        }
        lost.add(missing.what());
      }
    }
  }

  /** The new file, open for reading and writing. */
  public OpenFile file() {
    return file.file();
  }

  /**
   * What the new file has not got of the old one, a few words each; known after {@link #commit}.
   * Without {@link AtomicReplace#keepWhatCanBe} that can only be the mode of a file that replaces
   * none, where a file system has modes of its own.
   */
  public List<String> lost() {
    return List.copyOf(lost);
  }

  /** Gives it its attributes, and then its name. */
  public void commit() throws IOException {
    if (done) {
      throw new IllegalStateException("committed or closed already");
    }
    setAttributes();
    if (settings.durability() != Durability.NONE) {
      file().sync(true);
    }
    if (settings.noReplace()) {
      place.require(file.publish(place.dirfd(), place.name()), "linkat");
    } else if (settings.expected() != null) {
      exchangeIfSame(settings.expected());
    } else {
      file.giveTempName();
      syncNamed();
      file.replace(place);
    }
    done = true;
    if (!lost.isEmpty()) {
      settings.onLost().accept(lost());
    }
    if (settings.durability() == Durability.FILE_AND_DIRECTORY) {
      syncDirectory();
    }
  }

  private void syncNamed() throws IOException {
    if (settings.durability() != Durability.NONE && CORE.losesSynced(directory, place)) {
      file().sync(true);
    }
  }

  /**
   * Puts the new file in the place of exactly this one. Those who do the same exclude each other by
   * a lock on the old file. A program that replaces it without asking can come in between the look
   * and the exchange: then the old file that comes out is the wrong one, and goes back.
   */
  private void exchangeIfSame(FileIdentity expected) throws IOException {
    if (settings.locked()) {
      exchangeLocked(expected);
      return;
    }
    Opening opening = Opening.read().kinds(FileKind.REGULAR, FileKind.SYMLINK);
    try (OpenFile current = directory.open(name, opening)) {
      if (!current.identity().matches(expected)) {
        throw another();
      }
      FileGuard.lock(current);
      exchangeLocked(expected);
    }
  }

  private void exchangeLocked(FileIdentity expected) throws IOException {
    if (!directory.identity(name).matches(expected)) {
      throw another();
    }
    // Not before the lock was waited for: a process that is killed leaves this name behind.
    file.giveTempName();
    syncNamed();
    if (!file.exchange(place)) {
      // Only those who ask for the lock are kept out then, in the instant since the look.
      file.replace(place);
      return;
    }
    if (identityOfTemp().matches(expected)) {
      file.keepExchanged();
      return;
    }
    // Once more puts it back, unless the name was taken meanwhile by a newer one yet: then that
    // is what comes out, and it goes back in the place of the one that it would have replaced.
    FileIdentity ours = file.file().identity();
    for (int i = 0; i < MAX_EXCHANGES; i++) {
      file.exchange(place);
      if (i % 2 == 1 || identityOfTemp().matches(ours)) {
        break;
      }
    }
    if (!file.hasTempName()) {
      file.keepExchanged();
    }
    throw another();
  }

  private FileIdentity identityOfTemp() throws IOException {
    byte[] temp = Objects.requireNonNull(file.tempName());
    SyscallResult opened = Fcntl.openat(place.dirfd(), temp, Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    int raw = (int) CORE.orThrow(opened, "openat", place.shown());
    try {
      return CORE.identity(raw, place.shown());
    } finally {
      Unistd.close(raw);
    }
  }

  /** For an edit, which reads the file anew, that is a race; for a caller's identity its end. */
  private FileSystemException another() {
    return settings.locked()
        ? new RaceDetectedException(
            place.shown(), "is no longer the file that was read", Row.L01, null)
        : new StaleIdentityException(place.shown(), "is not the file that was expected");
  }

  private void syncDirectory() throws IOException {
    // The place may be held by O_PATH, which cannot be synced.
    SyscallResult opened =
        Fcntl.openat(place.dirfd(), new byte[] {'.'}, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    place.require(opened, "openat");
    int raw = (int) opened.raw();
    try {
      place.require(Interruptions.retry(() -> Unistd.fsync(raw)), "fsync");
    } finally {
      Unistd.close(raw);
    }
  }

  /** Owner first: changing it clears set-id bits. The ACL last: it decides about the group. */
  private void setAttributes() throws IOException {
    Statx was = old.stat();
    int uid = first(settings.uid(), was == null ? ReplaceSettings.UNSET : was.uid());
    int gid = first(settings.gid(), was == null ? ReplaceSettings.UNSET : was.gid());
    // A right that old contents had by set-id bits is not one of new contents.
    int mode = first(settings.mode(), was == null ? modeOfNew() : was.permissions() & ~SET_ID);
    try (OwnedFd.Use use = CORE.use(file())) {
      int born;
      int wanted = mode;
      if (uid == ReplaceSettings.UNSET && gid == ReplaceSettings.UNSET) {
        born = modeOf(use.fd());
      } else {
        Statx stat = Statx.fstat(use.fd()).orThrow("statx", place.shown());
        // A new owner may have cost it set-id bits.
        born = setOwner(use.fd(), stat, uid, gid) ? modeOf(use.fd()) : stat.permissions();
        boolean regrouped = gid == ReplaceSettings.UNSET || groupOf(use.fd()) == gid;
        wanted = regrouped || settings.mode() != ReplaceSettings.UNSET ? mode : mode & ~GROUP;
      }
      if (wanted != born) {
        setMode(use.fd(), wanted, was != null);
      }
      if (was != null) {
        copyAttributes(use.fd(), wanted);
      }
      for (Map.Entry<String, byte[]> attribute : settings.xattrs().entrySet()) {
        place.require(
            Xattr.fsetxattr(use.fd(), FileName.encode(attribute.getKey()), attribute.getValue(), 0),
            "fsetxattr");
      }
    }
  }

  private int modeOfNew() {
    return settings.umask() == ReplaceSettings.UNSET
        ? settings.newMode()
        : UsualMode.in(place.dirfd(), 0666, settings.umask());
  }

  /**
   * @param kept whether it is the old file's
   */
  private void setMode(int fd, int wanted, boolean kept) throws IOException {
    boolean asked = settings.mode() != ReplaceSettings.UNSET;
    SyscallResult changed = Unistd.fchmod(fd, wanted);
    if (changed.failed() && !kept && !asked && OldFile.cannotBe(changed)) {
      // Nobody said what it is to be: so it is what this file system makes it.
      lost.add(MODE);
      return;
    }
    require(changed, "fchmod", MODE);
    if (changed.ok() && asked && (modeOf(fd) & ~wanted & OF_OTHERS) != 0) {
      // Told to be content, and shown with rights that were refused to it: FAT, FUSE, CIFS.
      if (!settings.lenient()) {
        throw new FileSystemException(
            place.shown(),
            null,
            "fchmod: this file system shows it with mode "
                + Modes.octal(modeOf(fd))
                + ", whatever it is told");
      }
      lost.add(MODE);
    }
  }

  private int modeOf(int fd) throws IOException {
    SyscallResult now = Statx.fmode(fd);
    place.require(now, "statx");
    return now.intValue() & Modes.ANY;
  }

  private static int groupOf(int fd) {
    Result<Statx> now = Statx.fstat(fd);
    return now.ok() ? now.value().gid() : ReplaceSettings.UNSET;
  }

  private void copyAttributes(int fd, int mode) throws IOException {
    List<String> missing = old.copyXattrsTo(fd, place.shown(), settings.lenient());
    lost.addAll(missing);
    if (settings.mode() != ReplaceSettings.UNSET) {
      // As chmod(1) does it: an ACL stays, and what is asked for the group is its mask.
      require(Unistd.fchmod(fd, mode), "fchmod", MODE);
    } else if (missing.contains(OldFile.ACL)) {
      // The group's bits were the ACL's mask.
      require(Unistd.fchmod(fd, mode & ~GROUP), "fchmod", MODE);
    }
  }

  /** Gives it this owner and group where it has another. True if that was tried. */
  private boolean setOwner(int fd, Statx born, int uid, int gid) throws IOException {
    boolean giveAway = uid != ReplaceSettings.UNSET && uid != born.uid();
    boolean regroup = gid != ReplaceSettings.UNSET && gid != born.gid();
    if (!giveAway && !regroup) {
      return false;
    }
    SyscallResult both =
        Unistd.fchown(fd, giveAway ? uid : Identity.KEEP, regroup ? gid : Identity.KEEP);
    if (both.ok() || !settings.lenient()) {
      place.require(both, "fchown");
      return true;
    }
    if (giveAway) {
      require(Unistd.fchown(fd, uid, Identity.KEEP), "fchown", "owner");
    }
    if (regroup) {
      require(Unistd.fchown(fd, Identity.KEEP, gid), "fchown", "group");
    }
    return true;
  }

  /** What this is not allowed, or no file system can do, is lost, if the caller can do without. */
  private void require(SyscallResult result, String call, String what) throws IOException {
    if (settings.lenient() && OldFile.cannotBe(result)) {
      lost.add(what);
    } else {
      place.require(result, call);
    }
  }

  private static int first(int wanted, int otherwise) {
    return wanted != ReplaceSettings.UNSET ? wanted : otherwise;
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
