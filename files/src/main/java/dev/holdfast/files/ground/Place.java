package dev.holdfast.files.ground;

import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.nio.file.FileSystemException;
import java.util.Arrays;

/**
 * Where an entry is or is to be: the directory it is in, held until {@link #close}, and its name
 * there. Calls on an entry never look up more than that one name.
 */
public final class Place implements AutoCloseable {
  /** The directory that the look-up began in: in use until this is closed. */
  private final OwnedFd.Use from;

  private final int dirfd;
  private final boolean owned;
  private final byte[] name;
  private final boolean slash;
  private final String path;
  private final String given;

  /**
   * Takes over a use of the directory.
   *
   * @param dirfd what the entry is in
   * @param owned whether that is to be closed with this; else it is the directory itself
   * @param name one component
   * @param slash whether it was given with a slash at its end
   * @param path of the directory that the look-up began in, for messages
   * @param given what was looked up there, for messages
   */
  public Place(
      OwnedFd.Use from,
      int dirfd,
      boolean owned,
      byte[] name,
      boolean slash,
      String path,
      String given) {
    this.from = from;
    this.dirfd = dirfd;
    this.owned = owned;
    this.name = name;
    this.slash = slash;
    this.path = path;
    this.given = given;
  }

  public boolean owned() {
    return owned;
  }

  public int dirfd() {
    return dirfd;
  }

  /** One component, neither {@code .} nor {@code ..}, without a slash. */
  public byte[] name() {
    return name;
  }

  /** For rename(2), which checks that a name with a slash is a directory's, and follows none. */
  public byte[] nameWithSlash() {
    if (!slash) {
      return name;
    }
    byte[] withSlash = Arrays.copyOf(name, name.length + 1);
    withSlash[name.length] = '/';
    return withSlash;
  }

  /** Throws what a call on it failed with. */
  public void require(SyscallResult result, String call) throws FileSystemException {
    if (result.failed()) {
      throw SyscallExceptions.of(result.errno(), call, shown());
    }
  }

  /** Its path, for messages. */
  public String shown() {
    return show(path, given);
  }

  /** What a name below a directory is called in messages. */
  public static String show(String path, String name) {
    return path.endsWith("/") ? path + name : path + "/" + name;
  }

  @Override
  public void close() {
    if (owned) {
      Unistd.close(dirfd);
    }
    from.close();
  }
}
