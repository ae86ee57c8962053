package dev.holdfast.files.tree;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The quarantine in the root of what is cleaned; and where nothing can be moved into that one
 * (below a subvolume, in another project's quota), one in the directory at hand.
 *
 * <p>What the lower layer of an overlay file system has of directories can be moved nowhere: an
 * empty one is removed in its place, right after its name was seen to lead to it still. Who puts
 * another empty directory there in that instant loses it. Threads: one at a time.
 */
final class Quarantines implements AutoCloseable {
  private final Quarantine first;
  private @Nullable Quarantine near;
  private @Nullable TreeFrame nearIn;

  /** The one that was used last. */
  private Quarantine last;

  Quarantines(Quarantine first) {
    this.first = first;
    this.last = first;
  }

  /** Where the last entry that had to be kept is. */
  String name() {
    return last.name();
  }

  boolean is(Statx directory) {
    return first.is(directory) || (near != null && near.is(directory));
  }

  /** As {@link Quarantine#remove}. */
  Result<Quarantine.Fate> remove(
      TreeWalker walker, TreeFrame in, byte[] name, Statx judged, Quarantine.LastLook look) {
    last = first;
    Result<Quarantine.Fate> fate = first.remove(in.fd(), name, judged, look);
    if (!fate.is(Errno.EXDEV)) {
      return fate;
    }
    if (judged.isDirectory()) {
      return removeInPlace(in, name, look);
    }
    Quarantine there = near;
    if (there != null) {
      last = there;
      fate = there.remove(in.fd(), name, judged, look);
      if (!fate.is(Errno.EXDEV)) {
        return fate;
      }
      leave();
    }
    try {
      there = Quarantine.in(in.fd(), walker.path(null));
    } catch (IOException refused) {
      return fate;
    }
    near = there;
    nearIn = in;
    last = there;
    return there.remove(in.fd(), name, judged, look);
  }

  private static Result<Quarantine.Fate> removeInPlace(
      TreeFrame in, byte[] name, Quarantine.LastLook look) {
    Result<Statx> now =
        Statx.statx(in.fd(), name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (now.ok() && !look.stillToBeRemoved(now.value())) {
      return Result.of(Quarantine.Fate.PUT_BACK);
    }
    SyscallResult removed =
        now.failed()
            ? SyscallResult.failure(now.errno())
            : Unistd.unlinkat(in.fd(), name, Fcntl.AT_REMOVEDIR);
    if (removed.ok()) {
      return Result.of(Quarantine.Fate.REMOVED);
    }
    return switch (removed.errno()) {
      case ENOENT -> Result.of(Quarantine.Fate.VANISHED);
      case ENOTEMPTY, EEXIST, ENOTDIR -> Result.of(Quarantine.Fate.PUT_BACK);
      default -> Result.failure(removed.errno());
    };
  }

  /** A directory is done with: what was made in it goes. */
  void leave(TreeFrame directory) {
    if (nearIn == directory) {
      leave();
    }
  }

  private void leave() {
    Quarantine there = near;
    if (there != null) {
      there.close();
    }
    near = null;
    nearIn = null;
  }

  @Override
  public void close() {
    leave();
    first.close();
  }
}
