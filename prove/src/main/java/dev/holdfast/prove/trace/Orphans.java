package dev.holdfast.prove.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.libc.process.Ptrace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What an init does for processes that have lost their parent, in a world whose first processes
 * never run: to {@code kill(pid, 0)} a zombie lives, and so does a task that stands still.
 */
final class Orphans {
  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;

  /** The kernel's {@code struct sigaction}: handler, flags, restorer, mask. */
  private static final int SIGACTION_SIZE = 32;

  private static final int SIGACTION_FLAGS = 8;
  private static final int SIGSET_SIZE = 8;
  private static final long SA_NOCLDWAIT = 2;

  /** Enough for what one killed program can leave in the middle of a fork at a time. */
  private static final int LIST_SIZE = 64 * 1024;

  private Orphans() {}

  /**
   * Has the kernel reap what ends as a child of this process or of one that is forked from it; the
   * flag goes with the next exec, so no victim has it.
   */
  static void reapBy(Injector process) {
    ByteBuffer action = ByteBuffer.allocate(SIGACTION_SIZE).order(ByteOrder.nativeOrder());
    action.putLong(SIGACTION_FLAGS, SA_NOCLDWAIT);
    long address = process.put(action.array());
    process.must(Sysno.RT_SIGACTION, Processes.SIGCHLD, address, 0, SIGSET_SIZE);
    process.reset();
  }

  /**
   * Ends the tasks that no run knows: who forked them was killed before it could tell, and they
   * never ran. Only when no run is left.
   *
   * <p>The kernel's list may lack some while others end, so it is read until it has none.
   */
  static void end(int hostProc, int first, int parent) {
    for (boolean found = true; found; ) {
      List<Integer> lost = new ArrayList<>(children(hostProc, first));
      lost.addAll(children(hostProc, parent));
      lost.remove(Integer.valueOf(parent));
      for (int pid : lost) {
        Processes.kill(pid, Processes.SIGKILL);
        awaitEnd(pid);
      }
      found = !lost.isEmpty();
    }
  }

  private static void awaitEnd(int pid) {
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(pid, WAIT);
      if (waited.ok() && waited.value().stopped()) {
        Ptrace.cont(pid, 0);
      } else if (!waited.is(Errno.EINTR)) {
        return;
      }
    }
  }

  /** None where the kernel does not list them (without CONFIG_PROC_CHILDREN). */
  private static List<Integer> children(int hostProc, int pid) {
    List<Integer> children = new ArrayList<>();
    byte[] name = Paths.bytes(pid + "/task/" + pid + "/children");
    SyscallResult fd = Fcntl.openat(hostProc, name, Fcntl.O_RDONLY, 0);
    if (fd.failed()) {
      return children;
    }
    byte[] list = new byte[LIST_SIZE];
    SyscallResult read = Unistd.read(fd.intValue(), list, 0, list.length);
    Unistd.close(fd.intValue());
    if (read.ok()) {
      String text = new String(list, 0, read.intValue(), US_ASCII);
      for (String each : text.split(" ", -1)) {
        if (!each.isBlank()) {
          children.add(Integer.valueOf(each.strip()));
        }
      }
    }
    return children;
  }
}
