package dev.holdfast.path.make;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import java.nio.file.FileSystemException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether what was just made, and opened again by its name, is ours. Nearly everywhere it belongs
 * to us and has the mode that was asked for. File systems that map owners or modes (CIFS, FAT, NFS
 * with root_squash, FUSE) show another owner, or a mode of their own: there it is to look as a file
 * looks of which nobody can doubt that we made it. Everybody's objects may look so there: then that
 * the directory can be written to by nobody else is the only proof.
 *
 * <p>Threads: safe for all.
 */
public final class Creations {
  private static final int OTHERS = 077;

  /**
   * How a file system shows a file that was made with mode 0600.
   *
   * @param modes whether it has that mode
   */
  private record Look(int uid, boolean modes) {
    boolean fits(Statx made, boolean shut) {
      return made.uid() == uid && (shut || !modes);
    }
  }

  /** Who made it where. */
  private record Where(long device, int uid) {}

  private static final Map<Where, Look> LOOKS = new ConcurrentHashMap<>();

  private Creations() {}

  /**
   * True if it is ours.
   *
   * @param dirfd the directory that it was made in
   * @param made what its name led to
   * @param closed whether it was made with no rights for others
   */
  public static boolean isOurs(int dirfd, Statx made, boolean closed) {
    int uid = Identity.setfsuid(Identity.KEEP);
    boolean shut = !closed || (made.permissions() & OTHERS) == 0;
    if (made.uid() == uid && shut) {
      return true;
    }
    Where where = new Where(made.device(), uid);
    Look known = LOOKS.get(where);
    if (known != null && known.fits(made, shut)) {
      return true;
    }
    // Device numbers are used again: another file system may have this one now.
    Look look = look(dirfd);
    if (look == null) {
      return false;
    }
    LOOKS.put(where, look);
    return look.fits(made, shut);
  }

  /**
   * True if a mode cannot be set because the file system shows modes of its own, as FAT and much of
   * FUSE do: what was just made shows rights that were not asked for.
   *
   * @param asked the mode it was made with
   * @param changed what chmod(2) answered
   */
  public static boolean modeIsTheFileSystems(Statx made, int asked, SyscallResult changed) {
    int rights = made.permissions() & 0777;
    return (rights & ~asked) != 0
        && (changed.is(Errno.EPERM) || changed.is(Errno.EACCES) || Renames.isUnknown(changed));
  }

  /** Makes a file, and looks at it by the descriptor that made it. */
  private static @Nullable Look look(int dirfd) {
    byte[] name = null;
    SyscallResult made = UnnamedFile.open(dirfd, 0600);
    if (made.failed()) {
      try {
        name = RandomNames.random(RandomNames.PREFIX);
      } catch (FileSystemException noRandomNumbers) {
        return null;
      }
      int flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW;
      made = Fcntl.openat(dirfd, name, flags, 0600);
    }
    if (made.failed()) {
      return null;
    }
    Result<Statx> stat = Statx.fstat(made.intValue());
    if (name != null) {
      Unistd.unlinkat(dirfd, name, 0);
    }
    Unistd.close(made.intValue());
    return stat.failed()
        ? null
        : new Look(stat.value().uid(), (stat.value().permissions() & OTHERS) == 0);
  }
}
