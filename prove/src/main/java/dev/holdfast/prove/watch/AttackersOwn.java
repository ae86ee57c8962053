package dev.holdfast.prove.watch;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Task;

/**
 * Which of the victim's tasks have nothing that the attacker has not, so that to lead them astray
 * gains it nothing: no identity, group or capability, no descriptor of what it may not open, and no
 * memory of a time when they had.
 *
 * <p>Threads: the thread of one world.
 */
final class AttackersOwn {
  private static final String WORLDS_OWN = "/.holdfast";

  private final int hostProc;
  private final Attacker attacker;

  AttackersOwn(int hostProc, Attacker attacker) {
    this.hostProc = hostProc;
    this.attacker = attacker;
  }

  boolean is(Task task, TaskStatus status) {
    return !attacker.sameUser()
        && status.isNoMoreThan(attacker)
        && isTraceable(task)
        && holdsNothing(task);
  }

  /** Of a process that changed its user and ran no other program since, these are root's. */
  private boolean isTraceable(Task task) {
    Result<Statx> maps =
        Statx.statx(hostProc, Paths.bytes(task.tid() + "/maps"), 0, Statx.STATX_BASIC_STATS);
    return maps.ok() && maps.value().uid() == attacker.uid();
  }

  private boolean holdsNothing(Task task) {
    String directory = task.tid() + "/fd";
    int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY;
    SyscallResult opened = Fcntl.openat(hostProc, Paths.bytes(directory), flags, 0);
    if (opened.failed()) {
      return false;
    }
    int fd = opened.intValue();
    try {
      for (; ; ) {
        Result<Dirent.Batch> batch = Dirent.getdents64(fd);
        if (batch.failed()) {
          return false;
        }
        for (Dirent entry : batch.value().entries()) {
          byte[] name = entry.name();
          if (name[0] != '.' && !mayOpen(fd, name)) {
            return false;
          }
        }
        if (batch.value().end()) {
          return true;
        }
      }
    } finally {
      Unistd.close(fd);
    }
  }

  /** What leads to others of the victim's tasks, as a pipe, is more than it has. */
  private boolean mayOpen(int directory, byte[] name) {
    Result<byte[]> target = Unistd.readlinkat(directory, name);
    Result<Statx> link =
        Statx.statx(directory, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (target.failed() || link.failed()) {
      return false;
    }
    String path = Raw.of(target.value());
    if (path.startsWith(WORLDS_OWN)) {
      return true;
    }
    // The link's own bits say how it was opened.
    int rights =
        ((link.value().mode() & 0400) != 0 ? Unistd.R_OK : 0)
            | ((link.value().mode() & 0200) != 0 ? Unistd.W_OK : 0);
    return path.startsWith("/") && attacker.may(path, rights);
  }
}
