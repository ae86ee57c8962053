package dev.holdfast.prove.watch;

import static dev.holdfast.libc.process.Identity.KEEP;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who the attacker is, and how the tracing thread becomes the attacker for a moment.
 *
 * <p>Threads: {@link #act} changes the calling kernel thread only. Platform threads only; what runs
 * inside must not start threads, and should have its classes loaded.
 *
 * @param groups the supplementary groups that a login of this user has
 * @param sameUser the attacker has the victim's own identity, because there is no other one here
 * @param scopes raw; directories to which it keeps itself, as one who could change everything must;
 *     empty for no such limit
 */
public record Attacker(
    String name, int uid, int gid, List<Integer> groups, boolean sameUser, List<String> scopes) {
  /** This process's own: nobody changes them. */
  private static final int[] FORMER = Identity.getgroups().value();

  public Attacker {
    groups = List.copyOf(groups);
    scopes = List.copyOf(scopes);
  }

  /** Runs an action as the attacker, and returns to the former identity whatever happens. */
  public <T> T act(Supplier<T> action) {
    if (sameUser) {
      return action.get();
    }
    int[] own = groups.stream().mapToInt(Integer::intValue).toArray();
    must("setgroups", Identity.setgroups(own));
    try {
      must("setresgid", Identity.setresgid(KEEP, gid, KEEP));
      must("setresuid", Identity.setresuid(KEEP, uid, KEEP));
      return action.get();
    } finally {
      must("setresuid", Identity.setresuid(KEEP, 0, KEEP));
      must("setresgid", Identity.setresgid(KEEP, 0, KEEP));
      must("setgroups", Identity.setgroups(FORMER));
    }
  }

  /** Whether files of a group are open to the attacker by their group's rights. */
  public boolean isIn(int someGid) {
    return someGid == gid || groups.contains(someGid);
  }

  /** Whether the attacker may create and rename in a directory, by its name. */
  public boolean mayChange(String rawDirectory) {
    return may(rawDirectory, Unistd.W_OK | Unistd.X_OK);
  }

  /** The sticky rule, unlink(2): only the entry's or the directory's owner may move it away. */
  public boolean mayReplace(Statx directory, Statx entry) {
    boolean sticky = (directory.mode() & Statx.S_ISVTX) != 0;
    return !sticky || directory.uid() == uid || entry.uid() == uid;
  }

  private static void must(String call, SyscallResult result) {
    if (result.failed()) {
      // Going on with an unknown identity could attack with root's rights.
      throw new IllegalStateException(call + " for the attacker: " + result);
    }
  }

  /**
   * Asks the kernel, as the attacker, whether it may use an object by its name.
   *
   * @param rights {@code R_OK}, {@code W_OK}, {@code X_OK}
   */
  public boolean may(String rawPath, int rights) {
    return isInScope(rawPath) && act(() -> access(rawPath, rights));
  }

  /** The same of many objects, for the price of one change of identity. */
  public List<Boolean> may(List<String> rawPaths, int rights) {
    return rawPaths.isEmpty()
        ? List.of()
        : act(() -> rawPaths.stream().map(p -> isInScope(p) && access(p, rights)).toList());
  }

  private boolean isInScope(String rawPath) {
    return scopes.isEmpty()
        || scopes.stream().anyMatch(s -> rawPath.equals(s) || rawPath.startsWith(s + "/"));
  }

  private static boolean access(String rawPath, int rights) {
    return Unistd.faccessat2(Fcntl.AT_FDCWD, Raw.bytes(rawPath), rights, Fcntl.AT_EACCESS).ok();
  }
}
