package dev.holdfast.files.replace;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.FileBusyException;
import dev.holdfast.files.FileIdentity;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.RaceDetectedException;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.StaleIdentityException;
import dev.holdfast.path.FileName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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
 * extended attributes, ACL, flags of chattr(1) and project, and only then the name. By default
 * these are the ones that the old file has, but for what was given to its contents: set-id bits,
 * capabilities, and what IMA and EVM signed.
 *
 * <p><b>Guarantees.</b> Readers never see part of the contents, nor the new contents with other
 * rights than they are to have. On any failure the old file is as it was and nothing is left
 * behind. A symbolic link of that name is refused; one that appears meanwhile is replaced, never
 * followed. What {@link Durability} says holds when the call returns.
 *
 * <p><b>Remaining races.</b> Two who replace one file at the same time: the last wins, whole. Use
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
  /** Who is in an edit of which file; guarded by the locks of the files. */
  private static final Map<Object, Thread> EDITING = new ConcurrentHashMap<>();

  /** For those who replace the file without a lock. */
  private static final int MAX_EDIT_TRIES = 64;

  /** For cleaners that remove what is not in its place yet. */
  private static final int MAX_WRITE_TRIES = 16;

  private final @Nullable Directory directory;
  private final @Nullable Path path;
  private final String name;
  private final ReplaceSettings settings;

  private AtomicReplace(
      @Nullable Directory directory, @Nullable Path path, String name, ReplaceSettings settings) {
    this.directory = directory;
    this.path = path;
    this.name = name;
    this.settings = settings;
  }

  /** Of a file below a held directory, which stays the caller's. */
  public static AtomicReplace of(Directory directory, String name) {
    return new AtomicReplace(directory, null, name, ReplaceSettings.DEFAULT);
  }

  /** Of the file a path means; its directory is held from the beginning of a write to its end. */
  public static AtomicReplace of(Path path) {
    Path last = path.getFileName();
    if (last == null) {
      throw new IllegalArgumentException("not a file's path: " + path);
    }
    return new AtomicReplace(null, path, FileName.textOf(last), ReplaceSettings.DEFAULT);
  }

  private AtomicReplace with(ReplaceSettings other) {
    return new AtomicReplace(directory, path, name, other);
  }

  /**
   * The new file's mode, whatever the umask. Without it: the old file's, or 0600. An ACL that it
   * keeps is narrowed or widened by it, as by chmod(1).
   *
   * <p>Where a file system shows it with more rights for others whatever it is told (FAT, much of
   * FUSE), a write fails, unless {@link #keepWhatCanBe}.
   */
  public AtomicReplace mode(int mode) {
    return with(settings.withMode(CORE.checkMode(mode)));
  }

  /** The mode of a file that replaces none, whatever the umask. Without it: 0600. */
  public AtomicReplace newFileMode(int mode) {
    return with(settings.withNewMode(CORE.checkMode(mode)));
  }

  /**
   * A file that replaces none gets the mode that open(2) would give it: what this umask leaves of
   * 0666, or, where its directory has a default ACL, what that grants.
   */
  public AtomicReplace newFileUmask(int umask) {
    return with(settings.withUmask(umask & 0777));
  }

  /**
   * Where the caller may not give the new file the old one's owner, group, mode, ACL, attributes or
   * flags, or the file system cannot store them, it goes without, and {@link Replacement#lost} and
   * {@link #onLost} say so. A group that is not kept loses its rights with it, and so does
   * everybody if there was an ACL: nobody gets more rights by it than before.
   */
  public AtomicReplace keepWhatCanBe() {
    return with(settings.withLenient());
  }

  /**
   * Told, after each write, what the new file has not got: see {@link Replacement#lost}. Not called
   * if that is nothing.
   */
  public AtomicReplace onLost(Consumer<List<String>> told) {
    return with(settings.withOnLost(told));
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
   * StaleIdentityException} and the other keeps it. Those who use this or {@link #edit} exclude
   * each other. If a program that takes no lock replaces the file in the very instant, readers may
   * see the new contents before what that program wrote is put back; on a file system that cannot
   * exchange two names (NFS, FUSE, 9p) what it wrote is lost then.
   */
  public AtomicReplace onlyIf(FileIdentity identity) {
    return with(settings.withExpected(identity, false));
  }

  /** Writes all of it. */
  public void write(byte[] contents) throws IOException {
    for (int i = 1; ; i++) {
      try (Replacement replacement = begin()) {
        CORE.writeFully(replacement.file(), ByteBuffer.wrap(contents), 0);
        replacement.commit();
        return;
      } catch (RaceDetectedException raced) {
        if (i == MAX_WRITE_TRIES || settings.expected() != null) {
          throw raced;
        }
      }
    }
  }

  /** Writes a text, in UTF-8. */
  public void writeString(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
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
      return Replacement.begin(directory, null, name, settings);
    }
    Directory parent = openParent();
    try {
      return Replacement.begin(parent, parent, name, settings);
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
   *
   * @throws FileBusyException if somebody keeps the lock for a minute
   * @throws IllegalStateException if this thread is in an edit of the same file, which would wait
   *     for itself
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
        Object key = old.stat().fileKey();
        if (Thread.currentThread().equals(EDITING.get(key))) {
          throw new IllegalStateException("this thread edits it already: " + CORE.show(in, name));
        }
        FileGuard.lock(old);
        // Whoever had the lock before may have replaced the file: then this one is history.
        if (in.stat(name).sameInode(old.stat())) {
          EDITING.put(key, Thread.currentThread());
          try {
            editLocked(in, old, edit);
          } finally {
            EDITING.remove(key);
          }
          return;
        }
      } catch (RaceDetectedException raced) {
        if (++races >= MAX_EDIT_TRIES || settings.expected() != null) {
          throw raced;
        }
      }
    }
  }

  private void editLocked(Directory in, OpenFile old, Edit edit) throws IOException {
    FileIdentity identity = old.identity();
    FileIdentity expected = settings.expected();
    if (expected != null && !identity.matches(expected)) {
      throw new StaleIdentityException(CORE.show(in, name), "is not the file that was expected");
    }
    ReplaceSettings exactly = settings.withExpected(identity, true);
    try (Replacement replacement = Replacement.begin(in, null, name, exactly)) {
      FileStat before = old.stat();
      try (FileChannel from = old.channel();
          FileChannel to = replacement.file().channel()) {
        edit.apply(from, to);
      }
      if (!sameContents(before, old.stat())) {
        throw new RaceDetectedException(
            CORE.show(in, name), "was written meanwhile", Row.L01, null);
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
