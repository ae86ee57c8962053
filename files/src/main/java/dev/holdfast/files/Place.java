package dev.holdfast.files;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.nio.file.FileSystemException;

/**
 * Where an entry is or is to be: the directory it is in, held until {@link #close}, and its name
 * there. Calls on an entry never look up more than that one name.
 */
final class Place implements AutoCloseable {
  /** The directory that the look-up began in: in use until this is closed. */
  private final Directory from;

  private final int dirfd;
  private final boolean owned;
  private final RelativeName parsed;

  private final String given;

  /**
   * Takes over a use of the directory.
   *
   * @param given the name that was looked up, for messages
   */
  Place(Directory from, int dirfd, boolean owned, RelativeName parsed, String given) {
    this.given = given;
    this.from = from;
    this.dirfd = dirfd;
    this.owned = owned;
    this.parsed = parsed;
  }

  int dirfd() {
    return dirfd;
  }

  /** One component, neither {@code .} nor {@code ..}, without a slash. */
  byte[] name() {
    return parsed.last();
  }

  /** For rename(2), which checks that a name with a slash is a directory's, and follows none. */
  byte[] nameWithSlash() {
    return parsed.lastWithSlash();
  }

  /** {@link Directory#losesSynced} of the directory that it is in. */
  boolean losesSynced() {
    return owned ? Directory.isBtrfs(dirfd) : from.losesSynced(dirfd);
  }

  /** Throws what a call on it failed with. */
  void require(SyscallResult result, String call) throws FileSystemException {
    from.requireOk(result, call, given);
  }

  /** Its path, for messages. */
  String shown() {
    return from.show(given);
  }

  @Override
  public void close() {
    if (owned) {
      Unistd.close(dirfd);
    }
    from.giveBack();
  }
}
