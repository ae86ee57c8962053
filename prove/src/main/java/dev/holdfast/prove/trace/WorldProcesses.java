package dev.holdfast.prove.trace;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Ptrace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a world that run nothing: the first one, whose death takes everything along, and
 * the parent of victims, so that no victim believes to be a child of init.
 *
 * <p>Threads: the tracer's.
 */
final class WorldProcesses {
  private static final int OPTIONS =
      Ptrace.O_TRACESYSGOOD
          | Ptrace.O_TRACEFORK
          | Ptrace.O_TRACEVFORK
          | Ptrace.O_TRACECLONE
          | Ptrace.O_TRACEEXEC
          | Ptrace.O_TRACESECCOMP
          | Ptrace.O_EXITKILL;

  /** What the processes of a world may take to be made, on a busy machine. */
  private static final Duration START = Duration.ofSeconds(20);

  private final int hostProc;
  private int first;
  private int parent;
  private CallPlace place = new CallPlace(0, false);
  private long scratch;

  /** The first process's descriptor of ns_last_pid, pid_namespaces(7); -1 if it has none. */
  private int lastPid = -1;

  private boolean choosesPids;
  private @Nullable Watchdog watchdog;

  WorldProcesses(int hostProc) {
    this.hostProc = hostProc;
  }

  boolean areMade() {
    return first != 0;
  }

  /** Its number in the host's procfs; 0 before it is made. */
  int first() {
    return first;
  }

  /** Before they are made: {@link #lastPid} is to have an effect. */
  void choosePids() {
    choosesPids = true;
  }

  /**
   * Makes them.
   *
   * @param limit for the first run
   * @param whenProcMounted runs once the world's own {@code /proc} is there
   */
  void make(Duration limit, Runnable whenProcMounted) {
    Sleeper.Spawned spawned = Sleeper.spawn();
    first = spawned.pid();
    SyscallResult pidfd = Processes.pidfd_open(first, 0);
    if (pidfd.failed()) {
      throw new TraceException("no handle on a new process: pidfd_open: " + pidfd);
    }
    watchdog = Watchdog.over(pidfd.intValue(), limit.plus(START));
    Sleeper.attach(first, OPTIONS);
    place = spawned.callPlace(hostProc);
    dieFirst(first);
    Injector init = new Injector(first, place, 0);
    scratch = init.scratch();
    // A victim that is root could reach through /proc/1/fd what this process has open: the host's.
    init.must(Sysno.CLOSE_RANGE, 0, 0xffffffffL, 0);
    Orphans.reapBy(init);
    mountProc(init);
    if (choosesPids) {
      // Before /proc/sys is protected; nobody else inherits it through an exec.
      SyscallResult opened =
          init.call(
              Sysno.OPENAT,
              Fcntl.AT_FDCWD,
              init.string("/proc/sys/kernel/ns_last_pid"),
              Fcntl.O_WRONLY | Fcntl.O_CLOEXEC,
              0);
      lastPid = opened.ok() ? opened.intValue() : -1;
      init.reset();
    }
    whenProcMounted.run();
    parent = init.fork();
    Sleeper.awaitFirstStop(parent);
  }

  /** When memory runs out, the kernel shall take the victim, not this process. */
  private void dieFirst(int pid) {
    byte[] most = Paths.bytes("1000");
    SyscallResult fd =
        Fcntl.openat(hostProc, Paths.bytes(pid + "/oom_score_adj"), Fcntl.O_WRONLY, 0);
    if (fd.ok()) {
      Unistd.write(fd.intValue(), most, 0, most.length);
      Unistd.close(fd.intValue());
    }
  }

  private static void mountProc(Injector init) {
    long proc = init.string("proc");
    long target = init.string("/proc");
    init.must(Sysno.MOUNT, proc, target, proc, 2 | 4 | 8, 0);
    init.reset();
  }

  /** A new process of the victim's parent's; another parent, if a victim killed that one. */
  int fork() {
    if (Ptrace.getRegisters(parent).failed()) {
      parent = injector(first).fork();
      Sleeper.awaitFirstStop(parent);
    }
    return injector(parent).fork();
  }

  /** Makes calls in a process that this one made and that is stopped. */
  Injector injector(int pid) {
    return new Injector(pid, place, scratch);
  }

  /** The next process gets the first free number after this one, if it can be. */
  void lastPid(int pid) {
    if (lastPid >= 0) {
      Injector inject = injector(first);
      byte[] text = Paths.bytes(Integer.toString(pid));
      inject.call(Sysno.PWRITE64, lastPid, inject.put(text), text.length, 0);
    }
  }

  /** Ends what no run knows any more. */
  void endOrphans() {
    Orphans.end(hostProc, first, parent);
  }

  /** True if the time was over: then nothing lives in the world any more. */
  boolean expired() {
    return watchdog != null && watchdog.fired();
  }

  void restartLimit(Duration rest) {
    if (watchdog != null) {
      watchdog.restart(rest);
    }
  }

  /** With everything in the world; to be waited for. */
  void kill() {
    if (watchdog != null) {
      watchdog.kill();
    } else {
      Processes.kill(first, Processes.SIGKILL);
    }
  }

  /** They are gone. */
  void forget() {
    if (watchdog != null) {
      watchdog.close();
    }
    first = 0;
  }
}
