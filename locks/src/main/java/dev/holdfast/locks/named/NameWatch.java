package dev.holdfast.locks.named;

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
import org.jspecify.annotations.Nullable;

/**
 * Wakes threads when a name goes away from a directory: the end of a lock file. One platform thread
 * reads for all. It only makes waits shorter: those who wait also look for themselves from time to
 * time, since a watch can be refused and an event lost.
 */
final class NameWatch {
  private static final int MASK =
      Inotify.IN_DELETE | Inotify.IN_MOVED_FROM | Inotify.IN_DELETE_SELF | Inotify.IN_ONLYDIR;

  private static final Map<Path, Integer> WATCHES = new HashMap<>();
  private static final Map<Integer, Set<Thread>> WAITING = new HashMap<>();
  private static int fd = -1;

  private NameWatch() {}

  /** One thread's interest in one directory. */
  static final class Registration implements AutoCloseable {
    private final Path directory;
    private final @Nullable Integer watch;
    private final Thread thread = Thread.currentThread();

    private Registration(Path directory, @Nullable Integer watch) {
      this.directory = directory;
      this.watch = watch;
    }

    /** False if nobody will wake the thread. */
    boolean works() {
      return watch != null;
    }

    @Override
    public void close() {
      if (watch != null) {
        forget(directory, watch, thread);
      }
    }
  }

  /** Has the current thread unparked whenever a name goes away from the directory. */
  static Registration on(Path directory) {
    synchronized (NameWatch.class) {
      if (fd < 0 && !start()) {
        return new Registration(directory, null);
      }
      Integer watch = WATCHES.get(directory);
      if (watch == null) {
        SyscallResult added = Inotify.inotify_add_watch(fd, Paths.bytes(directory), MASK);
        if (added.failed()) {
          return new Registration(directory, null);
        }
        watch = added.intValue();
        WATCHES.put(directory, watch);
      }
      WAITING.computeIfAbsent(watch, _ -> new HashSet<>()).add(Thread.currentThread());
      return new Registration(directory, watch);
    }
  }

  private static void forget(Path directory, Integer watch, Thread thread) {
    synchronized (NameWatch.class) {
      Set<Thread> threads = WAITING.get(watch);
      if (threads != null) {
        threads.remove(thread);
        if (threads.isEmpty()) {
          WAITING.remove(watch);
          // Two paths of one directory have one watch: gone for both, whose threads then poll.
          WATCHES.remove(directory);
          Inotify.inotify_rm_watch(fd, watch);
        }
      }
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
        synchronized (NameWatch.class) {
          for (Inotify.Event event : events.value()) {
            wake(event.watch());
          }
        }
      }
    }
  }

  private static void wake(int watch) {
    if (watch < 0) {
      WAITING.values().forEach(threads -> threads.forEach(LockSupport::unpark));
    } else {
      WAITING.getOrDefault(watch, Set.of()).forEach(LockSupport::unpark);
    }
  }
}
