package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Place;
import dev.holdfast.files.inside.NewFile;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.ShutdownHooks;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an editor does when it is told to end: put the unsaved text somewhere (F13), so that
 * whatever waits there under the expected name is harmless.
 *
 * <p><b>Guarantees.</b> Nothing that exists is opened, followed, overwritten or removed: the text
 * becomes a new file of mode 0600, which gets its name when it is whole and on the disk. If the
 * name is taken (by a file, or by a symbolic link that waits there, S05), {@code NAME.1}, {@code
 * NAME.2} and so on are tried, then a random one; of a name that is too long, its beginning. If the
 * directory cannot take it (read-only, full, not ours), this user's private directories are tried
 * (see {@link PrivateDirectories}), and then {@code /var/tmp}. Where it was put is the answer.
 *
 * <p><b>Remaining races.</b> In a directory where others may rename entries they may take the name
 * away again; the file stays the user's own. <b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> The {@code DEADJOE} and {@code dead.letter} attacks; link(2).
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class EmergencySave {
  private static final int MAX_NUMBERED = 99;

  /** So many characters, a number and random letters fit into a name everywhere. */
  private static final int SHORT = 24;

  private static final String APPLICATION = "holdfast-saved";

  private static final Path SHARED = Path.of("/var/tmp");

  private EmergencySave() {}

  /**
   * Where the text is.
   *
   * @param path the file's path
   * @param asAsked true if it has the very name that was asked for
   */
  public record Saved(String path, boolean asAsked) {}

  /** As {@link #save(Path, InputStream)}. */
  public static Saved save(Path file, byte[] text) throws IOException {
    return save(file, new ByteArrayInputStream(text));
  }

  /**
   * Saves as this file if nothing is there, else beside it, else in a private directory, else in
   * {@code /var/tmp}. The text may be of any length: it is not kept in memory.
   *
   * @param text read to its end, and left open
   * @throws IOException if nothing took it: the first refusal, with the others suppressed; or what
   *     the text threw, and then nothing was saved
   */
  public static Saved save(Path file, InputStream text) throws IOException {
    Path last = file.getFileName();
    if (last == null) {
      throw new IllegalArgumentException("not a file's path: " + file);
    }
    String name = FileName.textOf(last);
    List<IOException> refusals = new ArrayList<>();
    Path parent = file.toAbsolutePath().getParent();
    List<Where> places = new ArrayList<>();
    if (parent != null) {
      places.add(() -> Directory.openFollowingLinks(parent, Resolution.beneath()));
    }
    places.add(() -> PrivateDirectories.open(APPLICATION));
    places.add(EmergencySave::shared);
    try (UnsavedText unsaved = new UnsavedText(text)) {
      for (int i = 0; i < places.size(); i++) {
        try (Directory directory = places.get(i).open()) {
          Saved saved = save(directory, name, unsaved);
          return i == 0 ? saved : new Saved(saved.path, false);
        } catch (FileSystemException refused) {
          refusals.add(refused);
        }
      }
    }
    IOException first = refusals.getFirst();
    refusals.stream().skip(1).forEach(first::addSuppressed);
    throw first;
  }

  /** A directory to try. */
  private interface Where {
    Directory open() throws IOException;
  }

  /**
   * Everybody's, where only a file's owner can take its name away, and whoever has the directory:
   * that may be somebody whom a user namespace does not know, and worse than that is a text that is
   * lost.
   */
  private static Directory shared() throws IOException {
    Directory directory = Directory.open(SHARED);
    if ((directory.stat().mode() & Statx.S_ISVTX) == 0) {
      directory.close();
      throw new UnsafePathException(SHARED.toString(), "is not sticky", Row.S13, null);
    }
    return directory;
  }

  /** Saves in a held directory only. */
  public static Saved save(Directory directory, String name, byte[] text) throws IOException {
    return save(directory, name, new ByteArrayInputStream(text));
  }

  /**
   * Saves in a held directory only.
   *
   * @param text read to its end, and left open
   */
  public static Saved save(Directory directory, String name, InputStream text) throws IOException {
    try (UnsavedText unsaved = new UnsavedText(text)) {
      return save(directory, name, unsaved);
    }
  }

  private static Saved save(Directory directory, String name, UnsavedText text) throws IOException {
    try (Place place = CORE.place(directory, name, "linkat", false);
        NewFile file = NewFile.in(directory, place.dirfd(), name)) {
      text.writeTo(file.file());
      narrow(file.file());
      file.file().sync(true);
      String found = publish(directory, place, file, name);
      syncDirectory(directory, name);
      return new Saved(CORE.show(directory, found), found.equals(name));
    }
  }

  /** To 0600, but where the file system shows every file with rights that nobody asked for. */
  private static void narrow(OpenFile file) throws IOException {
    int born = file.opened().mode();
    if (born == 0600) {
      return;
    }
    try {
      file.chmod(0600);
    } catch (FileSystemException cannot) {
      if ((born & 0600) != 0600) {
        throw cannot;
      }
    }
  }

  private static void syncDirectory(Directory directory, String name) throws IOException {
    int slash = name.lastIndexOf('/');
    if (slash <= 0) {
      trySync(directory);
      return;
    }
    try (Directory parent = directory.openDirectoryFollowingLinks(name.substring(0, slash))) {
      trySync(parent);
    }
  }

  /**
   * The text is safe by now; that a directory that cannot be read cannot be synced is no failure.
   */
  private static void trySync(Directory directory) {
    try {
      directory.sync();
    } catch (IOException cannot) {
      // Its name may be lost in a crash of the machine; nothing else can be done about it here.
    }
  }

  private static String publish(Directory directory, Place place, NewFile file, String name)
      throws IOException {
    String above = name.substring(0, name.lastIndexOf('/') + 1);
    String last = name.substring(above.length());
    for (int i = 0; i <= MAX_NUMBERED + 1; i++) {
      String candidate =
          i == 0 ? last : i <= MAX_NUMBERED ? last + "." + i : last + "." + RandomNames.random();
      SyscallResult result = file.publish(place.dirfd(), FileName.encode(candidate));
      if (result.ok()) {
        return above + candidate;
      }
      if (result.is(Errno.ENAMETOOLONG) && last.codePointCount(0, last.length()) > SHORT) {
        last = last.substring(0, last.offsetByCodePoints(0, SHORT));
        i = -1;
      } else if (!result.is(Errno.EEXIST)) {
        throw SyscallExceptions.of(result.errno(), "linkat", CORE.show(directory, name));
      }
    }
    throw SyscallExceptions.of(Errno.EEXIST, "linkat", CORE.show(directory, name));
  }

  /** What {@link #onTermination} promises; closing it withdraws the promise. */
  public static final class Guard implements AutoCloseable {
    private final Thread hook;

    private Guard(Thread hook) {
      this.hook = hook;
    }

    @Override
    public void close() {
      // Does nothing if it is too late: then it is being saved.
      ShutdownHooks.remove(hook);
    }
  }

  /**
   * Saves when the virtual machine ends by SIGTERM, SIGINT, SIGHUP or {@code System.exit}.
   *
   * @param text asked at that time; null if there is nothing to save
   */
  public static Guard onTermination(Path file, Supplier<byte @Nullable []> text) {
    Path absolute = file.toAbsolutePath();
    Thread hook =
        new Thread(
            () -> {
              byte[] unsaved = text.get();
              if (unsaved == null) {
                return;
              }
              try {
                System.err.println("saved " + save(absolute, unsaved).path);
              } catch (IOException lost) {
                System.err.println("not saved: " + lost.getMessage());
                for (Throwable another : lost.getSuppressed()) {
                  System.err.println("not saved: " + another.getMessage());
                }
              }
            },
            "holdfast-save");
    ShutdownHooks.add(hook);
    return new Guard(hook);
  }
}
