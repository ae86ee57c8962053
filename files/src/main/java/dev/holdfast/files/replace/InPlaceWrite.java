package dev.holdfast.files.replace;

import dev.holdfast.files.Directory;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.temp.StagedFile;
import dev.holdfast.path.FileName;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Writes new contents into a file where it stands, for names that cannot be replaced: a
 * bind-mounted single file, a file of somebody else's that is to stay so, a directory that is not
 * writable. Where the name can be replaced {@link AtomicReplace} is better in every way.
 *
 * <p><b>Guarantees.</b> The object that has the name, its owner, mode, ACL, attributes and all of
 * its names stay; set-id bits go, since the contents that had them do. A symbolic link, and
 * anything but a regular file, is refused. Writers that use this, or {@link AtomicReplace#edit},
 * take turns by an exclusive flock(2) lock on the file. If writing fails, the old contents are put
 * back from a copy. The new contents are on the disk when the call returns.
 *
 * <p><b>Remaining races.</b> Whoever reads meanwhile may see part of the new contents, or parts of
 * both. A process that is killed while it writes leaves half of them.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class InPlaceWrite {
  private InPlaceWrite() {}

  /**
   * Writes all that a file has.
   *
   * @param contents readable; a temporary file, say
   */
  public static void write(Path path, OpenFile contents) throws IOException {
    Path last = path.getFileName();
    if (last == null) {
      throw new IllegalArgumentException("not a file's path: " + path);
    }
    Path parent = path.toAbsolutePath().getParent();
    try (Directory directory =
            Directory.openFollowingLinks(
                parent == null ? Path.of("/") : parent, Resolution.beneath());
        OpenFile file =
            directory.open(FileName.textOf(last), Opening.readWrite().kinds(FileKind.REGULAR))) {
      FileGuard.lock(file);
      try (StagedFile old = StagedFile.near(directory)) {
        copy(file, old.file());
        write(contents, file, old.file());
      }
    }
  }

  private static void write(OpenFile contents, OpenFile file, OpenFile old) throws IOException {
    int mode = file.stat().mode();
    try {
      if ((mode & 06000) != 0) {
        file.chmod(mode & 01777);
      }
      copy(contents, file);
      file.sync(true);
    } catch (IOException | RuntimeException failure) {
      try {
        copy(old, file);
        file.sync(true);
      } catch (IOException | RuntimeException lost) {
        failure.addSuppressed(lost);
      }
      throw failure;
    }
  }

  /** All of it, from the beginning, and nothing behind it. */
  private static void copy(OpenFile from, OpenFile to) throws IOException {
    try (FileChannel in = from.channel();
        FileChannel out = to.channel()) {
      long size = in.size();
      long done = 0;
      while (done < size) {
        long n = in.transferTo(done, size - done, out.position(done));
        if (n <= 0) {
          throw new EOFException(from.path() + ": was cut while it was read");
        }
        done += n;
      }
      out.truncate(size);
    }
  }
}
