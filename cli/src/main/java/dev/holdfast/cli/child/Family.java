package dev.holdfast.cli.child;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Poll;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A child and all that it has started, to be ended together: what a shell runs goes on if only the
 * shell is ended. Whatever has become a daemon, and so nobody's child, is not in it.
 *
 * <p><b>Guarantees.</b> A signal never hits another process that got the number of one of them.
 *
 * <p><b>Remaining races.</b> What one of them starts while it is being ended may go on.
 *
 * <p><b>Threads.</b> For one.
 */
public final class Family implements AutoCloseable {
  /** Its place in proc_pid_stat(5). */
  private static final int PARENT = 4;

  private final Child child;

  /** By their numbers, parents first: who starts processes ends before those that it started. */
  private final Map<Integer, OwnedFd> descendants = new LinkedHashMap<>();

  public Family(Child child) {
    this.child = child;
  }

  /** Looks for those that are there now, beside those that were seen before. */
  public void look() throws IOException {
    child.whileItIsThere(() -> addChildrenOf(child.pid()));
    for (Integer pid : List.copyOf(descendants.keySet())) {
      addChildrenOf(pid);
    }
  }

  private void addChildrenOf(int parent) throws IOException {
    for (int pid : ProcFile.childrenOf(parent)) {
      if (descendants.containsKey(pid)) {
        continue;
      }
      SyscallResult opened = Processes.pidfd_open(pid, 0);
      if (opened.failed()) {
        continue;
      }
      OwnedFd pidfd = OwnedFd.of(opened.intValue(), "pidfd");
      if (isChildOf(pid, parent)) {
        descendants.put(pid, pidfd);
        addChildrenOf(pid);
      } else {
        pidfd.close();
      }
    }
  }

  /** The number may have been given to another process before it was opened. */
  private static boolean isChildOf(int pid, int parent) {
    try {
      String stat = ProcFile.text("/proc/" + pid + "/stat");
      return ProcFile.statField(stat, PARENT).equals(Integer.toString(parent));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Sends it to all that are still there. */
  public void kill(int signal) throws IOException {
    child.kill(signal);
    for (OwnedFd pidfd : descendants.values()) {
      try (OwnedFd.Use use = pidfd.use()) {
        Processes.pidfd_send_signal(use.fd(), signal);
      }
    }
  }

  /** True if one of those that the child has started is still there. */
  public boolean isLeft() throws IOException {
    for (OwnedFd pidfd : descendants.values()) {
      // Readable once the process has ended.
      SyscallResult ended;
      try (OwnedFd.Use use = pidfd.use()) {
        ended = Poll.poll(use.fd(), Poll.POLLIN, 0);
      }
      if (ended.is(Errno.EINTR) || (ended.ok() && ended.raw() == 0)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    for (OwnedFd pidfd : descendants.values()) {
      pidfd.close();
    }
  }
}
