package dev.holdfast.files.nio;

import dev.holdfast.files.Directory;
import dev.holdfast.files.temp.TempFiles;
import java.nio.file.FileSystem;
import java.nio.file.Path;

/**
 * A held directory as a file system, for code that knows only {@link Path}: {@code Files.walk},
 * {@code Files.copy}, a library that unpacks an archive.
 *
 * <p><b>Guarantees.</b> Its root {@code /} is the directory, and nothing that such code does with
 * paths can leave it, by {@code ..}, by absolute names, or by links, even while others change the
 * tree. Links that stay inside are followed where {@code java.nio.file} follows them. Directory
 * streams are {@code SecureDirectoryStream}s. {@code Files.move} with REPLACE_EXISTING replaces in
 * one instant, {@code Files.copy} shows the target when it is whole.
 *
 * <p>Refused are: opening anything but a regular file (a directory for reading can be opened and
 * synced), creating through a dangling link, moving to another mount, asynchronous channels,
 * watching, {@code toFile}, URIs. An interrupt does not close a channel. Locks of channels are OFD
 * record locks: against each other, in one process too, and against those of other programs.
 * COPY_ATTRIBUTES copies permissions and times; not the owner, extended attributes and ACL.
 *
 * <p>Files are made with the mode asked for, else with 0666 (directories 0777), less the umask that
 * the process had when {@link #of} was called. {@code Files.createTempFile} and {@code
 * createTempDirectory} ask for no mode on any but the default file system: use {@link
 * TempFiles#in}.
 *
 * <p><b>Remaining races.</b> Each operation looks its names up anew: between two of them others may
 * change what the names mean, but not to something outside.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class DirectoryFileSystem {
  private DirectoryFileSystem() {}

  /**
   * Closing the file system leaves the directory open, and closing the directory ends the file
   * system.
   */
  public static FileSystem of(Directory directory) {
    return new HeldFileSystem(directory);
  }
}
