package dev.holdfast.cli.lock;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.GlobalOptions;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Pwd;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockSet;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.scope.ScopeProbe;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The locks of names as they were typed, and as the options want them.
 *
 * @param close whether no program is to inherit them
 * @param mode of a file that is made, in octal; null for the usual
 * @param group of a file that is made; null for the usual
 */
record NamedLocks(
    boolean shared,
    boolean fair,
    boolean close,
    @Nullable String mode,
    @Nullable String group,
    LockTold told,
    GlobalOptions globals) {

  /** Of each name one of each kind. */
  LockSet all(List<Kind> kinds, List<String> names) throws IOException {
    List<HostLock> locks = new ArrayList<>();
    for (Kind each : kinds) {
      for (String name : names) {
        locks.add(of(each, name));
      }
    }
    return Locks.all(locks);
  }

  /** A name that ends in a slash is a directory's, which Path forgets. */
  private static void checkName(Kind each, String name) {
    if (name.isEmpty()) {
      throw CommandFailure.usage("NAME", "is empty");
    }
    boolean isPath = !each.equals(Kinds.PORT) && !each.equals(Kinds.SOCKET);
    if (isPath && name.endsWith("/") && !Files.isDirectory(FileName.pathOf(name))) {
      throw CommandFailure.undecided(
          name,
          Files.exists(FileName.pathOf(name), LinkOption.NOFOLLOW_LINKS)
              ? "not a directory (ENOTDIR)"
              : "is the name of a directory, and there is none (EISDIR)");
    }
  }

  HostLock of(Kind each, String name) throws IOException {
    checkName(each, name);
    probe(each, name);
    try {
      HostLock lock = inheritable(each, close).named(name);
      if (mode != null) {
        int permissions = permissions(mode);
        lock = with("--mode", lock, with -> with.permissions(permissions));
      }
      if (group != null) {
        int gid = gid(group);
        lock = with("--group", lock, with -> with.group(gid));
      }
      lock = shared ? with("--shared", lock, HostLock::shared) : lock;
      return fair ? with("--fair", lock, HostLock::fair) : lock;
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      throw CommandFailure.usage(name, String.valueOf(e.getMessage()));
    }
  }

  private static HostLock with(String option, HostLock lock, UnaryOperator<HostLock> as) {
    try {
      return as.apply(lock);
    } catch (UnsupportedOperationException hasNone) {
      throw CommandFailure.usage(option, "does not go with " + lock.kind().titleWithArticle());
    }
  }

  private static int gid(String group) {
    Result<Pwd.Group> found = Pwd.getgrnam(group);
    if (found.ok()) {
      return found.value().gid();
    }
    try {
      int gid = Integer.parseUnsignedInt(group);
      if (gid != Identity.KEEP) {
        return gid;
      }
    } catch (NumberFormatException noNumber) {
      // It is a name then.
    }
    throw CommandFailure.usage("--group", "there is no group '" + group + "'");
  }

  /**
   * A POSIX record lock belongs to a process and would go with us. An OFD lock excludes the same
   * programs, and the program inherits it.
   */
  static Kind inheritable(Kind wanted, boolean close) {
    return wanted.equals(Kinds.POSIX) && !close ? Kinds.OFD : wanted;
  }

  private static int permissions(String mode) {
    if (!mode.matches("0?[0-7]{3}")) {
      throw CommandFailure.usage("--mode", "'" + mode + "' is not an octal mode such as 0660");
    }
    return Integer.parseInt(mode, 8);
  }

  /** Refuses or warns where this kind does not exclude. */
  private void probe(Kind each, String name) throws IOException {
    boolean elsewhere = name.indexOf('/') < 0 && each.equals(Kinds.PID_FILE);
    if (elsewhere
        || each.equals(Kinds.DEVICE)
        || each.equals(Kinds.PORT)
        || each.equals(Kinds.SOCKET)) {
      return;
    }
    Mode wanted = shared ? Mode.SHARED : Mode.EXCLUSIVE;
    ScopeProbe probe = ScopeProbe.of(each, FileName.pathOf(name), wanted);
    switch (probe.level()) {
      case GOOD -> {}
      case WARN -> {
        if (globals.debug() || !probe.isOfContainers()) {
          told.note("note: " + name + ": is on " + probe.why());
        }
      }
      case REFUSE ->
          throw CommandFailure.undecided(
              name, each.titleWithArticle() + " is of no use there: " + probe.why());
    }
  }
}
