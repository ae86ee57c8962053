package dev.holdfast.locks.enforce;

import dev.holdfast.libc.Fanotify;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Poll;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Decides about every open of a file by any process of the machine (K06): what a mandatory lock
 * would be for, with a decision of our own.
 *
 * <p><b>Guarantees.</b> While it is open, an open of the file by a process that the rule does not
 * allow fails with EPERM, also for root. This process is always allowed.
 *
 * <p><b>Remaining races.</b> It needs CAP_SYS_ADMIN, and the kernel fails open: when this process
 * ends, everybody may. Who has the file open already keeps it. The rule runs while the other
 * process waits: it must be quick, and open nothing that is guarded.
 *
 * <p><b>Threads.</b> Safe for all; the rule runs on a platform thread of its own.
 *
 * <p><b>Sources.</b> fanotify(7).
 */
public final class OpenGuard implements AutoCloseable {
  private static final int LOOK_MILLIS = 100;

  private final OwnedFd group;
  private final IntPredicate allowed;
  private volatile boolean closing;
  private final Thread thread;

  private OpenGuard(OwnedFd group, IntPredicate allowed) {
    this.group = group;
    this.allowed = allowed;
    this.thread = Thread.ofPlatform().daemon().name("holdfast-open-guard").unstarted(this::run);
  }

  /**
   * Guards a file.
   *
   * @param allowed which processes may open it, by their PID
   * @throws java.nio.file.AccessDeniedException without the privilege
   */
  public static OpenGuard of(Path path, IntPredicate allowed) throws IOException {
    OwnedFd group =
        OwnedFd.of(
            Fanotify.fanotify_init(Fanotify.FAN_CLASS_CONTENT),
            "fanotify_init",
            FileName.shownOf(path));
    boolean kept = false;
    try (OwnedFd.Use use = group.use()) {
      Fanotify.fanotify_mark(
              use.fd(), Fanotify.FAN_MARK_ADD, Fanotify.FAN_OPEN_PERM, Paths.bytes(path))
          .orThrow("fanotify_mark", FileName.shownOf(path));
      OpenGuard guard = new OpenGuard(group, allowed);
      guard.thread.start();
      kept = true;
      return guard;
    } finally {
      if (!kept) {
        group.close();
      }
    }
  }

  private void run() {
    int self = Unistd.getpid();
    try {
      try (OwnedFd.Use use = group.use()) {
        while (!closing) {
          SyscallResult ready = Poll.poll(use.fd(), Poll.POLLIN, LOOK_MILLIS);
          if (ready.ok() && ready.raw() != 0) {
            answerAll(use.fd(), self);
          }
        }
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void answerAll(int fd, int self) {
    Result<List<Fanotify.Event>> events = Fanotify.read(fd);
    if (events.failed()) {
      return;
    }
    for (Fanotify.Event event : events.value()) {
      if (event.fd() < 0) {
        continue;
      }
      boolean permit = event.pid() == self || isAllowed(event.pid());
      Fanotify.respond(fd, event, permit ? Fanotify.FAN_ALLOW : Fanotify.FAN_DENY);
      Unistd.close(event.fd());
    }
  }

  /** A rule that fails allows nothing; without this thread every open of the file would hang. */
  private boolean isAllowed(int pid) {
    try {
      return allowed.test(pid);
    } catch (RuntimeException | Error failure) {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      return false;
    }
  }

  /** Lets everybody open the file again; called by the rule itself, after its answer. */
  @Override
  public void close() throws IOException {
    closing = true;
    boolean interrupted = false;
    while (thread.isAlive() && !Thread.currentThread().equals(thread)) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    group.close();
  }
}
