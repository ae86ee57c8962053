package dev.holdfast.path.walk;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;

/**
 * Magic links, symlink(7): the ones in {@code /proc/PID} ({@code root}, {@code cwd}, {@code exe},
 * those in {@code fd}, {@code ns} and {@code map_files}) lead to an object that the kernel holds,
 * in whatever mount namespace that is. What they read as is only a description of it. Threads: safe
 * for all.
 */
public final class MagicLinks {
  private MagicLinks() {}

  /**
   * Whether this link's text is not where it leads.
   *
   * <p>Others in /proc ({@code self}, {@code mounts}, {@code net}) are ordinary: their text is
   * relative. A magic one reads as a whole path, as {@code (unreachable)} and a path, or as a kind
   * of object and a colon.
   *
   * @param link the link itself, held
   * @param text what readlink(2) said of it
   */
  public static Result<Boolean> isMagic(int link, byte[] text) {
    Result<Statfs> fileSystem = Statfs.fstatfs(link);
    if (fileSystem.failed()) {
      return Result.failure(fileSystem.errno());
    }
    return Result.of(
        fileSystem.value().type() == Statfs.PROC_SUPER_MAGIC
            && (text.length == 0
                || text[0] == '/'
                || text[0] == '('
                || Paths.contains(text, (byte) ':', (byte) ':')));
  }
}
