package dev.holdfast.cli.file;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.files.Directory;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where a symbolic link leads that belongs to somebody who may say so. */
final class LinkTarget {
  /** As many as the kernel follows, path_resolution(7). */
  private static final int MOST_LINKS = 40;

  private static final String LOOP =
      "leads through too many symbolic links, or a magic one of /proc (ELOOP)";

  private LinkTarget() {}

  /**
   * The path itself if it is no link.
   *
   * @throws CommandFailure if a link on the way belongs neither to this user nor to root, or is a
   *     magic one of /proc
   */
  static Path of(Path file) throws IOException {
    Path path = file.toAbsolutePath();
    for (int i = 0; i < MOST_LINKS; i++) {
      Path name = path.getFileName();
      Path parent = path.getParent();
      if (name == null || parent == null) {
        return path;
      }
      String last = FileName.textOf(name);
      try (Directory directory = Directory.openFollowingLinks(parent, Resolution.beneath())) {
        FileStat stat = directory.stat(last);
        if (stat.kind() != FileKind.SYMLINK) {
          return i == 0 ? file : path;
        }
        if (stat.uid() != 0 && stat.uid() != Identity.geteuid()) {
          throw CommandFailure.undecided(
              FileName.shownOf(path),
              "is a symbolic link of user "
                  + Integer.toUnsignedString(stat.uid())
                  + ", who is neither you nor root; not followed");
        }
        refuseMagic(path, directory, last);
        path = parent.resolve(FileName.pathOf(directory.readlink(last)));
      } catch (NoSuchFileException dangling) {
        return i == 0 ? file : path;
      }
    }
    throw CommandFailure.undecided(FileName.shownOf(file), LOOP);
  }

  /** What a magic link of /proc reads as is not where it leads. */
  private static void refuseMagic(Path link, Directory directory, String name) throws IOException {
    try {
      directory.statFollowingLinks(name);
    } catch (UnsafePathException refused) {
      if (refused.errnoName().equals("ELOOP")) {
        throw CommandFailure.undecided(FileName.shownOf(link), LOOP);
      }
    } catch (FileSystemException elsewhere) {
      // An ordinary link that leads out of its directory, or nowhere.
    }
  }
}
