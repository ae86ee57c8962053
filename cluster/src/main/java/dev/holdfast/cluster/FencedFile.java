package dev.holdfast.cluster;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A file that is replaced whole, and only by holders that are not older than the last (L14).
 *
 * <pre>{@code
 * FencedFile.of(path).write(bytes, held.token());
 * }</pre>
 *
 * <p>The token of the last writer is an extended attribute of the file itself, so that contents and
 * token change in one step, and neither without the other, also at a power failure.
 *
 * <p><b>Guarantees.</b> After a write with a token has returned, no write by this class with a
 * lower one is accepted, in whatever process of this machine. Readers see the old contents or the
 * new. On any failure the old file is as it was.
 *
 * <p><b>Remaining races.</b> A program that replaces or writes the file by other means asks for no
 * token, and its new file has none. The file system must have user attributes and locks that all
 * writers see: on a network file system that is for its server to promise.
 *
 * <p><b>Threads.</b> Immutable, and safe for all.
 *
 * <p><b>Sources.</b> Kleppmann, How to do distributed locking; xattr(7); {@link AtomicReplace}.
 */
public final class FencedFile {
  /** Where the token is. */
  static final String ATTRIBUTE = "user.holdfast.fence";

  private static final int LONGEST = 20;

  private final Path path;
  private final String name;
  private final Durability durability;

  private FencedFile(Path path, String name, Durability durability) {
    this.path = path;
    this.name = name;
    this.durability = durability;
  }

  /** The file at this path, which need not be there yet. */
  public static FencedFile of(Path path) {
    Path last = path.getFileName();
    if (last == null || last.toString().isEmpty()) {
      throw new IllegalArgumentException("not a file's path: " + path);
    }
    if (!Path.of(last.toString()).equals(last)) {
      throw new IllegalArgumentException("not a name in the encoding of this machine: " + path);
    }
    return new FencedFile(path, last.toString(), Durability.FILE_AND_DIRECTORY);
  }

  /** What must be on the disk when a write returns; without it file and directory. */
  public FencedFile durability(Durability wanted) {
    return new FencedFile(path, name, wanted);
  }

  /**
   * Replaces the contents.
   *
   * @param token of the lock that the writer holds; the same may come again
   * @throws StaleTokenException if a newer one was here; nothing is changed
   */
  public void write(byte[] contents, long token) throws IOException {
    byte[] told = Long.toString(token).getBytes(StandardCharsets.US_ASCII);
    try (Directory directory = parent()) {
      for (; ; ) {
        AtomicReplace replace =
            AtomicReplace.of(directory, name).durability(durability).xattr(ATTRIBUTE, told);
        try {
          replace.edit(
              (_, fresh) -> {
                // Nobody else who comes by this class is between here and the replacement.
                OptionalLong seen = tokenIn(directory);
                if (seen.isPresent() && seen.getAsLong() > token) {
                  throw new StaleTokenException(path.toString(), token, seen.getAsLong());
                }
                writeFully(fresh, contents);
              });
          return;
        } catch (NoSuchFileException nothingThere) {
          try {
            replace.noReplace().write(contents);
            return;
          } catch (FileAlreadyExistsException another) {
            // Somebody was first: ask what token it had.
          }
        }
      }
    }
  }

  private static void writeFully(FileChannel to, byte[] contents) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(contents);
    while (left.hasRemaining()) {
      to.write(left);
    }
  }

  /** The token of whoever wrote it last; empty if there is no file, or if it has none. */
  public OptionalLong token() throws IOException {
    try (Directory directory = parent()) {
      return tokenIn(directory);
    } catch (NoSuchFileException nothingThere) {
      return OptionalLong.empty();
    }
  }

  private OptionalLong tokenIn(Directory directory) throws IOException {
    byte[] told;
    try (OpenFile file = directory.open(name, Opening.read())) {
      told = file.xattr(ATTRIBUTE);
    }
    if (told == null) {
      return OptionalLong.empty();
    }
    String text = new String(told, StandardCharsets.US_ASCII);
    try {
      if (told.length <= LONGEST) {
        return OptionalLong.of(Long.parseLong(text));
      }
    } catch (NumberFormatException damaged) {
      // Below.
    }
    throw new IOException(
        path + ": its attribute " + ATTRIBUTE + " is not a token: nothing is written over it");
  }

  private Directory parent() throws IOException {
    Path parent = path.getParent();
    return Directory.openFollowingLinks(
        parent == null ? Path.of(".") : parent, Resolution.beneath());
  }

  @Override
  public String toString() {
    return "FencedFile[" + path + "]";
  }
}
