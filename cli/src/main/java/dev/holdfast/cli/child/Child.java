package dev.holdfast.cli.child;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.libc.process.Spawn;
import java.io.IOException;

/**
 * A program that was started, with our standard streams, terminal and process group. {@link
 * ProcessBuilder} would start a helper to start it, threads to wait for it, and the logging system.
 *
 * <p><b>Guarantees.</b> A signal never hits another process that got the child's number. It has the
 * signals blocked and ignored that our caller had; only SIGCHLD is never ignored, since there would
 * be no status to wait for.
 *
 * <p><b>Threads.</b> One waits, once; all may send signals.
 */
public final class Child {
  private final int pid;
  private boolean gone;

  private Child(int pid) {
    this.pid = pid;
  }

  /** Of our descriptors it has those that are not close-on-exec. */
  static Result<Child> start(byte[] path, byte[][] argv, byte[][] envp) {
    CallerState.ignoreAgain();
    // Whoever started us may have had it ignored, and then there would be no status to wait for.
    Signals.ignore(Processes.SIGCHLD, false);
    SyscallResult pid =
        Spawn.posix_spawn(
            path,
            argv,
            envp,
            Spawn.POSIX_SPAWN_SETSIGMASK | Spawn.POSIX_SPAWN_SETSIGDEF,
            CallerState.blocked(),
            ~CallerState.ignored());
    return pid.ok() ? Result.of(new Child(pid.intValue())) : Result.failure(pid.errno());
  }

  public int pid() {
    return pid;
  }

  /** Returns its exit status, or 128 and the number of the signal that killed it. */
  int waitFor() throws IOException {
    SyscallResult ended;
    do {
      ended = Processes.waitid(pid, Processes.WEXITED | Processes.WNOWAIT);
    } while (ended.is(Errno.EINTR));
    ended.orThrow("waitid", "pid " + pid);
    Waited end = reap();
    return end.signaled() ? 128 + end.terminatingSignal() : end.exitStatus();
  }

  private synchronized Waited reap() {
    gone = true;
    return Processes.wait4(pid, 0).value();
  }

  /** Something to be done with its number. */
  interface Action {
    void run() throws IOException;
  }

  /** Nobody else has its number while this runs; nothing is done if it has ended. */
  synchronized void whileItIsThere(Action action) throws IOException {
    if (!gone) {
      action.run();
    }
  }

  public synchronized boolean isGone() {
    return gone;
  }

  public synchronized void kill(int signal) {
    if (!gone) {
      Processes.kill(pid, signal);
    }
  }
}
