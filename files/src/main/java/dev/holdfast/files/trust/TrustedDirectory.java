package dev.holdfast.files.trust;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.ground.Modes;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a held directory is one in which we may put files of our own: nobody but root and this
 * user can rename what is in it, nor swap a directory above it.
 *
 * <p>The rules are those of {@link Trust}; but it is judged upwards from the descriptor, {@code ..}
 * by {@code ..}, so that what is judged are the directories that are above it, and not those that a
 * path names.
 *
 * <p><b>Remaining races.</b> Root, this user, and whoever they let can change what was judged at
 * any time.
 *
 * <p><b>Threads.</b> Safe for all.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class TrustedDirectory {
  private static final byte[] UP = {'.', '.'};
  private static final int HOLD = Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;

  /** More than any path has; only a bound. */
  private static final int MAX_DEPTH = 4096;

  private TrustedDirectory() {}

  /** Null if it can be trusted, else why not. */
  public static @Nullable String distrust(Directory directory) throws IOException {
    TrustRules rules = new TrustRules(Trust.forCaller().at(Trust.Level.STICKY));
    int fd = -1;
    int current = -1;
    try (OwnedFd.Use use = CORE.use(directory)) {
      fd = use.fd();
      current = fd;
      Statx stat = Statx.fstat(fd).orThrow("statx", directory.path());
      for (int depth = 0; depth < MAX_DEPTH; depth++) {
        // An entry of somebody else's in a shared directory is refused for its owner already.
        List<TrustReason> reasons = rules.judge(current, stat, null, false);
        if (!reasons.isEmpty()) {
          return place(depth) + ": " + reasons.getFirst();
        }
        SyscallResult up = Fcntl.openat(current, UP, HOLD, 0);
        if (up.is(Errno.EACCES)) {
          return "what is above " + place(depth) + " cannot be looked at";
        }
        int above = (int) up.orThrow("openat", directory.path());
        if (current != fd) {
          Unistd.close(current);
        }
        current = above;
        Statx found = Statx.fstat(above).orThrow("statx", directory.path());
        if (found.sameObject(stat) && found.mountId() == stat.mountId()) {
          return null;
        }
        stat = found;
      }
      return "it is too deep";
    } finally {
      if (current != fd) {
        Unistd.close(current);
      }
    }
  }

  private static String place(int depth) {
    return depth == 0 ? "it" : depth == 1 ? "its parent" : "the directory " + depth + " levels up";
  }

  /** Null if only this user (and root) can enter it and what is above is trusted, else why not. */
  public static @Nullable String notPrivate(Directory directory) throws IOException {
    FileStat stat = directory.stat();
    if (stat.uid() != Identity.geteuid()) {
      return "it belongs to uid " + Integer.toUnsignedString(stat.uid());
    }
    if ((stat.mode() & 077) != 0) {
      return "others can enter it (mode " + Modes.octal(stat.mode()) + ")";
    }
    return distrust(directory);
  }
}
