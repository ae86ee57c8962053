package dev.holdfast.prove.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Processes;
import dev.holdfast.libc.Processes.Waited;
import dev.holdfast.libc.Ptrace;
import dev.holdfast.libc.Registers;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs, stopped before their first instruction and then at every call that was asked for,
 * with all the tasks they start, until the last one is gone.
 *
 * <p>Three processes are made in the PID namespace that the calling thread prepared: a first one,
 * which is never run and whose death takes everything along; one that is the victim's parent, so
 * that the victim does not believe to be a child of init; and the victim.
 *
 * <p><b>Guarantees.</b> {@link #run} returns within the time limit plus what the kernel needs to
 * kill: it cannot hang on what the victim does. After {@link #close}, or when this process dies in
 * whatever way, no task of a victim is left.
 *
 * <p><b>Threads.</b> One platform thread from beginning to end, the one that attached; ptrace(2)
 * and the wait for children are bound to it. Not to be used on virtual threads.
 *
 * <p><b>Sources.</b> ptrace(2), seccomp(2), pid_namespaces(7).
 */
public final class Tracer implements AutoCloseable {
  private static final int OPTIONS =
      Ptrace.O_TRACESYSGOOD
          | Ptrace.O_TRACEFORK
          | Ptrace.O_TRACEVFORK
          | Ptrace.O_TRACECLONE
          | Ptrace.O_TRACEEXEC
          | Ptrace.O_TRACESECCOMP
          | Ptrace.O_EXITKILL;
  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;
  private static final Duration POLL = Duration.ofMillis(1);

  /** What the processes of a world may take to be made, on a busy machine. */
  private static final Duration START = Duration.ofSeconds(20);

  /** How long tasks may go on that outlive the program itself. */
  private static final Duration ORPHANS = Duration.ofSeconds(1);

  /** The kernel functions in which an open of a FIFO waits for the other side. */
  private static final Set<String> FIFO_WAITS = Set.of("wait_for_partner", "fifo_open");

  private final Duration limit;
  private final int hostProc;
  private final Runnable whenProcMounted;

  private final Map<Integer, Task> tasks = new HashMap<>();
  private final byte[] stringBuffer = new byte[Call.MAX_STRING];
  private final Map<Integer, Call> pending = new HashMap<>();

  /** New tasks that stopped before their parent's event told whose they are. */
  private final Set<Integer> unclaimed = new HashSet<>();

  private int first;
  private int parent;
  private long instruction;
  private long scratch;
  private @Nullable Watchdog watchdog;

  /** A call that may get stuck, while it is under way. */
  private @Nullable Call watched;

  private boolean orphansLeft;

  /**
   * @param limit for each run, from the victim's first instruction
   * @param hostProc a descriptor of a procfs that shows this process's own PID namespace
   * @param whenProcMounted runs once the world's own {@code /proc} is there
   */
  public Tracer(Duration limit, int hostProc, Runnable whenProcMounted) {
    Registers.requireSupported();
    this.limit = limit;
    this.hostProc = hostProc;
    this.whenProcMounted = whenProcMounted;
  }

  /** True if the last program itself had ended and tasks it left behind were killed. */
  public boolean orphansLeft() {
    return orphansLeft;
  }

  /**
   * Runs a program to its end, and that of all tasks it started.
   *
   * @param wanted the calls to stop at
   * @throws TraceException if it cannot be started
   */
  public Ending run(Program program, Set<Sysno> wanted, TraceHandler handler) {
    if (first == 0) {
      makeWorldProcesses();
    }
    Run run = begin(program, wanted, handler);
    restartLimit(limit);
    while (run.alive > 0
        && run.rootEnding == null
        && step(watched == null ? 0 : Processes.WNOHANG)) {
      lookAtWatched();
    }
    settle(run);
    while (!tasks.isEmpty() && step(0)) {
      // A run that was started aside and had to wait for this one.
    }
    return ending(run);
  }

  /** The program itself is gone: what it left behind gets a little time. */
  private void settle(Run run) {
    orphansLeft = false;
    long deadline = System.nanoTime() + ORPHANS.toNanos();
    while (run.alive > 0) {
      if (!orphansLeft && run.killed == null && System.nanoTime() - deadline > 0) {
        orphansLeft = true;
        kill(run, new Ending.Stopped());
      }
      if (!step(Processes.WNOHANG)) {
        return;
      }
    }
  }

  /** A call that waits at a FIFO would do so until its time is over; its kernel function tells. */
  private void lookAtWatched() {
    Call call = watched;
    if (call == null) {
      return;
    }
    if (pending.get(call.task().tid()) != call) {
      watched = null;
      return;
    }
    SyscallResult fd =
        Fcntl.openat(hostProc, Paths.bytes(call.task().tid() + "/wchan"), Fcntl.O_RDONLY, 0);
    if (fd.failed()) {
      return;
    }
    byte[] name = new byte[64];
    SyscallResult read = Unistd.read(fd.intValue(), name, 0, name.length);
    Unistd.close(fd.intValue());
    if (read.ok() && FIFO_WAITS.contains(new String(name, 0, read.intValue(), US_ASCII).strip())) {
      watched = null;
      call.task().run().handler.stuck(call);
      kill(call.task().run(), new Ending.Stopped());
    }
  }

  /** True if the time was over: then nothing lives here any more, and nothing can be run. */
  public boolean expired() {
    return watchdog != null && watchdog.fired();
  }

  /** Gives a further run its own time. */
  public void restartLimit(Duration rest) {
    if (watchdog != null) {
      watchdog.restart(rest);
    }
  }

  /**
   * Runs a second program from within a handler, while the task of the first one stands still. If
   * the second has not ended after some time (it may wait for what the first holds), it goes on
   * beside the first.
   *
   * @return how it ended, or null if it goes on
   */
  public @Nullable Ending runAside(
      Program program, Set<Sysno> wanted, TraceHandler handler, Duration patience) {
    Run run = begin(program, wanted, handler);
    long deadline = System.nanoTime() + patience.toNanos();
    while (run.alive > 0) {
      if (System.nanoTime() - deadline > 0) {
        return null;
      }
      if (!step(Processes.WNOHANG)) {
        break;
      }
    }
    return ending(run);
  }

  private void makeWorldProcesses() {
    first = Sleeper.spawn();
    SyscallResult pidfd = Processes.pidfd_open(first, 0);
    if (pidfd.failed()) {
      throw new TraceException("no handle on a new process: pidfd_open: " + pidfd);
    }
    watchdog = Watchdog.over(pidfd.intValue(), limit.plus(START));
    Sleeper.attach(first, OPTIONS);
    instruction = Sleeper.syscallInstruction(first, hostProc);
    dieFirst(first);
    Injector init = new Injector(first, instruction, 0);
    scratch = init.scratch();
    // A victim that is root could reach through /proc/1/fd what this process has open: the host's.
    init.must(Sysno.CLOSE_RANGE, 0, 0xffffffffL, 0);
    mountProc(init);
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

  /** A new process of the victim's parent's; another parent, if a victim killed that one. */
  private int newProcess() {
    if (Ptrace.getRegisters(parent).failed()) {
      parent = new Injector(first, instruction, scratch).fork();
      Sleeper.awaitFirstStop(parent);
    }
    return new Injector(parent, instruction, scratch).fork();
  }

  private Run begin(Program program, Set<Sysno> wanted, TraceHandler handler) {
    int child = newProcess();
    Sleeper.awaitFirstStop(child);
    Injector inject = new Injector(child, instruction, scratch);
    try {
      VictimStart.perform(inject, program, SeccompFilter.program(wanted));
    } catch (TraceException e) {
      Processes.kill(child, Processes.SIGKILL);
      throw e;
    }
    Run run = new Run(handler);
    Task task = new Task(run, "0", child);
    run.root = task;
    run.alive = 1;
    tasks.put(child, task);
    handler.afterExec(task);
    Ptrace.cont(child, 0);
    return run;
  }

  private static void mountProc(Injector init) {
    long proc = init.string("proc");
    long target = init.string("/proc");
    init.must(Sysno.MOUNT, proc, target, proc, 2 | 4 | 8, 0);
    init.reset();
  }

  /**
   * Waits for one event and handles it.
   *
   * @return false if there is nothing left to wait for
   */
  private boolean step(int extraOptions) {
    Result<Waited> result = Processes.wait4(-1, WAIT | extraOptions);
    if (result.is(Errno.EINTR)) {
      return true;
    }
    if (result.failed()) {
      return false;
    }
    Waited waited = result.value();
    if (waited.pid() == 0) {
      LockSupport.parkNanos(POLL.toNanos());
      return true;
    }
    if (waited.pid() == first && !waited.stopped()) {
      // Only the watchdog or a stranger kills it; the kernel killed everything else before it.
      return false;
    }
    Task task = tasks.get(waited.pid());
    if (!waited.stopped()) {
      if (task != null) {
        ended(task, waited);
      }
    } else if (task == null) {
      unclaimed.add(waited.pid());
    } else {
      stopped(task, waited);
    }
    return true;
  }

  private Ending ending(Run run) {
    boolean late = watchdog != null && watchdog.fired();
    if (run.rootEnding != null) {
      return run.rootEnding;
    }
    if (run.killed != null) {
      return run.killed;
    }
    return late ? new Ending.TimedOut() : new Ending.Killed(Processes.SIGKILL);
  }

  /** Kills every task of a run; the events of their deaths are still to come. */
  private void kill(Run run, Ending why) {
    run.killed = why;
    for (Task task : tasks.values()) {
      if (task.run() == run) {
        Processes.kill(task.tid(), Processes.SIGKILL);
      }
    }
  }

  private void ended(Task task, Waited waited) {
    Ending ending =
        waited.exited()
            ? new Ending.Exited(waited.exitStatus())
            : new Ending.Killed(waited.terminatingSignal());
    tasks.remove(waited.pid());
    pending.remove(waited.pid());
    Run run = task.run();
    run.alive--;
    boolean killedByUs = run.killed != null || (watchdog != null && watchdog.fired());
    if (task == run.root && !killedByUs) {
      run.rootEnding = ending;
    }
    run.handler.ended(task, ending);
  }

  private void stopped(Task task, Waited stop) {
    switch (stop.event()) {
      case Ptrace.EVENT_SECCOMP -> beforeCall(task);
      case Ptrace.EVENT_FORK, Ptrace.EVENT_VFORK, Ptrace.EVENT_CLONE -> {
        newTask(task);
        goOn(task, 0);
      }
      case Ptrace.EVENT_EXEC -> {
        Task survivor = afterExec(task);
        goOn(survivor, 0);
      }
      case Ptrace.EVENT_STOP -> {
        if (stop.stopSignal() == Processes.SIGTRAP) {
          goOn(task, 0);
        } else {
          Ptrace.listen(task.tid());
        }
      }
      case 0 -> {
        if (stop.stopSignal() == (Processes.SIGTRAP | 0x80)) {
          afterCall(task);
        } else {
          goOn(task, stop.stopSignal());
        }
      }
      default -> goOn(task, 0);
    }
  }

  private void goOn(Task task, int signal) {
    // A call whose result was asked for may be interrupted by other stops on its way.
    SyscallResult result =
        pending.containsKey(task.tid())
            ? Ptrace.syscall(task.tid(), signal)
            : Ptrace.cont(task.tid(), signal);
    if (result.failed() && !result.is(Errno.ESRCH)) {
      throw new TraceException("the victim cannot be continued: " + result);
    }
  }

  private void beforeCall(Task task) {
    Result<Ptrace.SyscallInfo> got = Ptrace.getSyscallInfo(task.tid());
    if (got.failed()) {
      return;
    }
    Ptrace.SyscallInfo info = got.value();
    Sysno sysno = Sysno.of(info.nr());
    if (info.seccompData() == SeccompFilter.UNTRACED) {
      keepChild(task);
      goOn(task, 0);
      return;
    }
    if (info.seccompData() == SeccompFilter.FOREIGN || sysno == null) {
      kill(task.run(), new Ending.Foreign());
      return;
    }
    Call call = new Call(task, sysno, info.args(), stringBuffer);
    switch (task.run().handler.beforeCall(call)) {
      case GO_ON -> goOn(task, 0);
      case SHOW_RESULT -> {
        pending.put(task.tid(), call);
        goOn(task, 0);
      }
      case SHOW_RESULT_OR_STUCK -> {
        pending.put(task.tid(), call);
        watched = call;
        goOn(task, 0);
      }
      case KILL -> kill(task.run(), new Ending.Stopped());
    }
  }

  /** Takes the flag from a clone(2) with which the child would not be followed. */
  private static void keepChild(Task task) {
    Result<Registers> registers = Ptrace.getRegisters(task.tid());
    if (registers.ok()) {
      Registers changed = registers.value();
      changed.setArgument(0, changed.argument(0) & ~SeccompFilter.CLONE_UNTRACED);
      Ptrace.setRegisters(task.tid(), changed);
    }
  }

  private void afterCall(Task task) {
    Call call = pending.get(task.tid());
    Result<Ptrace.SyscallInfo> info = Ptrace.getSyscallInfo(task.tid());
    if (info.failed()) {
      return;
    }
    if (call == null || info.value().op() != Ptrace.SYSCALL_INFO_EXIT) {
      goOn(task, 0);
      return;
    }
    pending.remove(task.tid());
    switch (task.run().handler.afterCall(call, info.value().result())) {
      case GO_ON, SHOW_RESULT, SHOW_RESULT_OR_STUCK -> goOn(task, 0);
      case KILL -> kill(task.run(), new Ending.Stopped());
    }
  }

  private void newTask(Task origin) {
    Result<Long> message = Ptrace.geteventmsg(origin.tid());
    if (message.failed()) {
      return;
    }
    int tid = message.value().intValue();
    Run run = origin.run();
    Task child = new Task(run, origin.nextChildPath(), tid);
    tasks.put(tid, child);
    run.alive++;
    run.handler.started(origin, child);
    if (run.killed != null) {
      Processes.kill(tid, Processes.SIGKILL);
    }
    if (unclaimed.remove(tid)) {
      Ptrace.cont(tid, 0);
    }
  }

  /** An exec in a thread ends all other threads, and the survivor takes the leader's number. */
  private Task afterExec(Task leader) {
    Result<Long> former = Ptrace.geteventmsg(leader.tid());
    Task survivor = leader;
    if (former.ok() && former.value() != leader.tid()) {
      Task thread = tasks.remove(former.value().intValue());
      Call call = pending.remove(former.value().intValue());
      if (thread != null) {
        pending.remove(leader.tid());
        leader.run().alive--;
        leader.run().handler.ended(leader, new Ending.Exited(0));
        if (leader == leader.run().root) {
          leader.run().root = thread;
        }
        thread.moveTo(leader.tid());
        tasks.put(leader.tid(), thread);
        if (call != null) {
          pending.put(leader.tid(), call);
        }
        survivor = thread;
      }
    }
    survivor.run().handler.afterExec(survivor);
    return survivor;
  }

  /** Kills what is left and reaps it all, so that this thread may end. */
  @Override
  public void close() {
    if (first == 0) {
      return;
    }
    if (watchdog != null) {
      watchdog.kill();
    } else {
      Processes.kill(first, Processes.SIGKILL);
    }
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(-1, WAIT);
      if (waited.failed() && !waited.is(Errno.EINTR)) {
        break;
      }
      if (waited.ok() && waited.value().stopped()) {
        Ptrace.cont(waited.value().pid(), 0);
      }
    }
    if (watchdog != null) {
      watchdog.close();
    }
  }
}
