package dev.holdfast.locks.wait;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Inotify;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells when a name goes away from a directory, or another file takes it: the end of a lock file.
 * One platform thread reads for all. It only makes waits shorter: those who wait also look for
 * themselves from time to time, since a watch can be refused, an event lost, and a directory on the
 * way renamed.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> inotify(7).
 */
public final class NameWatch {
  /** For those who wait for a name to go away. */
  private static final int GONE = Inotify.IN_DELETE | Inotify.IN_MOVED_FROM;

  /** For those who rely on a name: also when another file is moved there, or the directory away. */
  private static final int CHANGED = GONE | Inotify.IN_MOVED_TO | Inotify.IN_MOVE_SELF;

  /** For those whose lock ends when this process closes any descriptor of the file. */
  private static final int CLOSED = Inotify.IN_CLOSE_WRITE | Inotify.IN_CLOSE_NOWRITE;

  private static final int ALWAYS =
      Inotify.IN_DELETE_SELF | Inotify.IN_ONLYDIR | Inotify.IN_MASK_ADD;

  /** By the kernel's number of the watch: it is one for all paths of a directory. */
  private static final Map<Integer, Set<Registration>> LISTENERS = new HashMap<>();

  private static int fd = -1;

  private NameWatch() {}

  /** Somebody's interest in one directory. */
  private static final class Registration implements Watch {
    private final int watch;
    private final int mask;
    private final Runnable hint;

    Registration(int watch, int mask, Runnable hint) {
      this.watch = watch;
      this.mask = mask;
      this.hint = hint;
    }

    @Override
    public boolean works() {
      return true;
    }

    @Override
    public void close() {
      synchronized (LISTENERS) {
        Set<Registration> others = LISTENERS.get(watch);
        if (others != null && others.remove(this) && others.isEmpty()) {
          LISTENERS.remove(watch);
          Inotify.inotify_rm_watch(fd, watch);
        }
      }
    }
  }

  /** Has the current thread unparked whenever a name goes away from the directory. */
  public static Watch unparkWhenGone(Path directory) {
    Thread thread = Thread.currentThread();
    return on(directory, GONE, () -> LockSupport.unpark(thread));
  }

  /**
   * Has the hint run whenever a name in the directory goes away or is taken by another file.
   *
   * @param hint returns at once: one thread runs those of all
   * @param closed whether to run it also when a file in the directory is closed, by anybody
   */
  public static Watch whenChanged(Path directory, boolean closed, Runnable hint) {
    return on(directory, closed ? CHANGED | CLOSED : CHANGED, hint);
  }

  private static Watch on(Path directory, int mask, Runnable hint) {
    synchronized (LISTENERS) {
      if (fd < 0 && !start()) {
        return Watch.NONE;
      }
      SyscallResult added = Inotify.inotify_add_watch(fd, Paths.bytes(directory), mask | ALWAYS);
      if (added.failed()) {
        return Watch.NONE;
      }
      Registration registration = new Registration(added.intValue(), mask, hint);
      LISTENERS.computeIfAbsent(added.intValue(), _ -> new HashSet<>()).add(registration);
      return registration;
    }
  }

  private static boolean start() {
    SyscallResult opened = Inotify.inotify_init1();
    if (opened.failed()) {
      return false;
    }
    fd = opened.intValue();
    int number = fd;
    Thread.ofPlatform().daemon().name("holdfast-locks-names").start(() -> run(number));
    return true;
  }

  private static void run(int number) {
    for (; ; ) {
      Result<List<Inotify.Event>> events = Inotify.read(number);
      if (events.failed() && !events.is(Errno.EINTR)) {
        return;
      }
      if (events.ok()) {
        synchronized (LISTENERS) {
          for (Inotify.Event event : events.value()) {
            tell(event);
          }
        }
      }
    }
  }

  private static void tell(Inotify.Event event) {
    if (event.watch() < 0) {
      // Events were lost: anything may have happened.
      LISTENERS.values().forEach(all -> all.forEach(one -> one.hint.run()));
      return;
    }
    boolean ended = (event.mask() & (Inotify.IN_DELETE_SELF | Inotify.IN_IGNORED)) != 0;
    for (Registration one : LISTENERS.getOrDefault(event.watch(), Set.of())) {
      if (ended || (event.mask() & one.mask) != 0) {
        one.hint.run();
      }
    }
  }
}
