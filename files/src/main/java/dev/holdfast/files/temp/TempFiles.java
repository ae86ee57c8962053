package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.RaceDetectedException;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Environment;
import dev.holdfast.files.inside.NewFile;
import dev.holdfast.files.trust.TrustedDirectory;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes temporary files and directories in one held directory (F07).
 *
 * <pre>{@code
 * try (TempFiles temp = TempFiles.standard(); TempFile spool = temp.anonymous()) {
 *   spool.file().outputStream().write(data);
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> Made exclusively, with mode 0600 (directories 0700) whatever the umask;
 * names carry 130 bits of the kernel's randomness; a taken name is tried again a bounded number of
 * times, every other error (a full disk, no descriptors) ends the attempt at once. Nothing is
 * opened again by name. What has no name is gone with its last descriptor, even after {@code kill
 * -9}; what has one is removed on close, and when the virtual machine exits; after that nothing
 * with a name is made.
 *
 * <p><b>Remaining races.</b> A named file is removed by its name, after a look that the name still
 * leads to it. In a directory where others may rename entries (none that {@link #standard} accepts)
 * they could swap it in between; what they lose then is their own entry. A cleaner may remove a
 * name: the file goes on working by its descriptor, and {@link TempFile#isNamed} tells.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> open(2) on O_TMPFILE, systemd's "Using /tmp/ and /var/tmp/ safely"; Perl's
 * {@code File::Temp}; the Secure Programming HOWTO.
 */
public final class TempFiles implements AutoCloseable {
  private static final int MAX_TRIES = 16;

  private final Directory directory;
  private final boolean owned;
  private final List<String> passedOver;

  private TempFiles(Directory directory, boolean owned) {
    this(directory, owned, List.of());
  }

  private TempFiles(Directory directory, boolean owned, List<String> passedOver) {
    this.directory = directory;
    this.owned = owned;
    this.passedOver = List.copyOf(passedOver);
  }

  /** In a directory of the caller's choice, which stays the caller's to close. */
  public static TempFiles in(Directory directory) {
    return new TempFiles(directory, false);
  }

  /**
   * In the directory that {@code TMPDIR} names, else {@code TMP}, else {@code /tmp}; the first that
   * can be trusted: it and all above belong to root or to this user, and are sticky where others
   * may write. The variables are ignored if this process has more rights than who started it.
   *
   * @throws UnsafePathException if none can be trusted
   */
  public static TempFiles standard() throws IOException {
    List<String> refusals = new ArrayList<>();
    for (String variable : List.of("TMPDIR", "TMP")) {
      String value = Environment.text(variable);
      if (value != null) {
        TempFiles found = tryOpen(variable + "=" + value, value, refusals);
        if (found != null) {
          return found;
        }
      }
    }
    TempFiles fallback = tryOpen("/tmp", "/tmp", refusals);
    if (fallback == null) {
      throw new UnsafePathException(
          "/tmp",
          "no directory for temporary files: " + String.join("; ", refusals),
          Row.S14,
          null);
    }
    return fallback;
  }

  private static @org.jspecify.annotations.Nullable TempFiles tryOpen(
      String shown, String path, List<String> refusals) throws IOException {
    if (!path.startsWith("/")) {
      refusals.add(shown + ": is not an absolute path");
      return null;
    }
    try {
      Directory directory =
          Directory.openFollowingLinks(FileName.pathOf(path), Resolution.beneath());
      String distrust = TrustedDirectory.distrust(directory);
      if (distrust == null) {
        return new TempFiles(directory, true, refusals);
      }
      directory.close();
      refusals.add(shown + ": " + distrust);
    } catch (NoSuchFileException absent) {
      refusals.add(shown + ": is not there");
    } catch (FileSystemException refused) {
      refusals.add(shown + ": " + refused.getReason());
    }
    return null;
  }

  /**
   * In a directory that only this user can enter, see {@link PrivateDirectories}: nobody else sees
   * even the names.
   */
  public static TempFiles privateTo(String application) throws IOException {
    return new TempFiles(PrivateDirectories.open(application), true);
  }

  /**
   * Why the directories that the environment names were not taken, in the order in which they were
   * tried; for whoever set {@code TMPDIR} and wonders.
   */
  public List<String> passedOver() {
    return passedOver;
  }

  /** The directory they are made in. */
  public Directory directory() {
    return directory;
  }

  /**
   * A file without a name. Where the file system has no such thing it has one for the instant
   * between its creation and its removal.
   */
  public TempFile anonymous() throws IOException {
    OwnedFd.Use use = CORE.use(directory);
    try {
      NewFile file = NewFile.in(directory, use.fd(), "a file without a name");
      byte[] name = file.tempName();
      if (name == null) {
        return new TempFile(directory, use, file);
      }
      if (Unistd.unlinkat(use.fd(), name, 0).failed() && file.hasTempName()) {
        // Nothing that is open can be removed here: it goes when it is closed.
        return TempExit.guard(() -> new TempFile(directory, use, file));
      }
      return new TempFile(directory, use, file.release());
    } catch (IOException | RuntimeException failure) {
      use.close();
      throw failure;
    }
  }

  /** A file with a random name between these two. */
  public TempFile named(String prefix, String suffix) throws IOException {
    requireNamePart(prefix);
    requireNamePart(suffix);
    OwnedFd.Use use = CORE.use(directory);
    try {
      return TempExit.guard(
          () -> new TempFile(directory, use, NewFile.named(directory, use.fd(), prefix, suffix)));
    } catch (IOException | RuntimeException failure) {
      use.close();
      throw failure;
    }
  }

  /**
   * A directory with a random name that begins so. It holds the shared lock that well-behaved
   * cleaners honour.
   */
  public TempDirectory directory(String prefix) throws IOException {
    return directory(prefix, "");
  }

  /** The same, with a random name between these two. */
  public TempDirectory directory(String prefix, String suffix) throws IOException {
    requireNamePart(prefix);
    requireNamePart(suffix);
    OwnedFd.Use use = CORE.use(directory);
    try {
      return TempExit.guard(() -> directory(use, prefix, suffix));
    } catch (IOException | RuntimeException failure) {
      use.close();
      throw failure;
    }
  }

  private TempDirectory directory(OwnedFd.Use use, String prefix, String suffix)
      throws IOException {
    boolean removed = false;
    for (int i = 0; i < MAX_TRIES; i++) {
      String name = prefix + RandomNames.random() + suffix;
      byte[] bytes = FileName.encode(name);
      SyscallResult made = Unistd.mkdirat(use.fd(), bytes, 0700);
      if (made.ok()) {
        try {
          return hold(use, bytes, name);
        } catch (NoSuchFileException gone) {
          // A cleaner was faster than our lock.
          removed = true;
          continue;
        }
      }
      if (!made.is(Errno.EEXIST)) {
        throw CORE.failure(made.errno(), "mkdirat", directory.path());
      }
    }
    if (!removed) {
      throw NewFile.namesTaken(directory.path());
    }
    throw new RaceDetectedException(
        directory.path(), "what was made was removed at once, at every try", Row.S07, null);
  }

  private TempDirectory hold(OwnedFd.Use use, byte[] bytes, String name) throws IOException {
    Directory held = null;
    boolean good = false;
    try {
      int raw = CORE.openMade(use.fd(), bytes, 0700, CORE.show(directory, name));
      held = CORE.adopt(raw, CORE.show(directory, name), directory.resolution());
      Statx stat = CORE.statx(held.stat());
      // A cleaner takes the exclusive lock before it removes; ours keeps it out. If one is at it
      // this very moment, we go without: that it took the name is noticed later.
      FileLocks.flock(raw, FileLocks.LOCK_SH | FileLocks.LOCK_NB);
      TempDirectory temp = new TempDirectory(directory, use, bytes, held, stat);
      good = true;
      return temp;
    } finally {
      if (!good) {
        if (held != null) {
          held.close();
        }
        Unistd.unlinkat(use.fd(), bytes, Fcntl.AT_REMOVEDIR);
      }
    }
  }

  private static void requireNamePart(String part) {
    if (part.indexOf('/') >= 0) {
      throw new IllegalArgumentException("a name cannot contain a slash: " + part);
    }
  }

  /** Closes the directory, if it was opened here. Files made in it live on. */
  @Override
  public void close() throws IOException {
    if (owned) {
      directory.close();
    }
  }
}
