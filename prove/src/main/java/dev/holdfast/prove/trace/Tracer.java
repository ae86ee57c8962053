package dev.holdfast.prove.trace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.libc.process.Ptrace;
import dev.holdfast.libc.process.Registers;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.prove.trace.TraceHandler.Then;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs, stopped before their first instruction and then at every call that was asked for,
 * with all the tasks they start, until the last one is gone.
 *
 * <p><b>Three processes</b> are made in the PID namespace that the calling thread prepared: a first
 * one, which is never run and whose death takes everything along; one that is the victim's parent,
 * so that the victim does not believe to be a child of init; and the victim. The first two are
 * stopped for ever, and are lent for calls that must be made from inside ({@link Injector}).
 *
 * <p><b>Which stops there are.</b> A seccomp filter, put on the victim before its first
 * instruction, makes the kernel stop a task right before the calls that were asked for, and at no
 * others: a victim runs at full speed between them. Each stop comes from wait4(2) and is one of
 * these:
 *
 * <ul>
 *   <li>before a call: the handler says how to go on, and may look around and act meanwhile;
 *   <li>after a call, if the handler asked for its result; other stops may come before that;
 *   <li>a new task, told by the one that made it. The new one stops, too, in either order: a child
 *       that stops before its parent's event is kept unclaimed until then;
 *   <li>an exec, in which a thread takes the number of its process's first one, and all others end
 *       without a word of their own;
 *   <li>a signal, which is passed on; a group stop, in which the task is left, as it would be;
 *   <li>an end.
 * </ul>
 *
 * <p><b>Nobody slips away.</b> Children are followed by options that the kernel applies before they
 * run. A clone that says CLONE_UNTRACED would not be: the filter stops at those whoever asked, and
 * the flag is taken away. What a task that was killed in the middle of a clone left behind is found
 * among the first process's children and killed ({@link Orphans}).
 *
 * <p><b>How a handler acts elsewhere.</b> It answers HOLD: the task stays where it is, the loop
 * goes on with the others, and {@link #release} lets it go. So a second program runs beside a held
 * one, and a schedule is a choice of whom to release: no handler is ever called by another.
 *
 * <p><b>Time.</b> Nothing that the victim does bounds a wait of ours, so a {@link Watchdog} of its
 * own thread kills the first process when the time is over, and the kernel everything else; the
 * loop finds nothing left to wait for. A FIFO that nobody opens is seen earlier ({@link
 * FifoWatch}). What outlives the program itself gets as long as that ran, and is then killed.
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
  /** Its place in proc_pid_stat(5). */
  private static final int STATE = 3;

  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;
  private static final Duration POLL = Duration.ofMillis(1);
  private static final long LOOK_NANOS = 2_000_000;
  private static final int LOOKS_TO_RUNS = 4;

  /**
   * How long tasks may go on that outlive the program itself: as long as it ran, which counts the
   * machine's pace in, and so long at least.
   */
  private static final Duration ORPHANS = Duration.ofSeconds(1);

  private final Duration limit;
  private final int hostProc;
  private final Runnable whenProcMounted;

  private final Map<Integer, Task> tasks = new HashMap<>();
  private final byte[] stringBuffer = new byte[Call.MAX_STRING];
  private final Map<Integer, Call> pending = new HashMap<>();

  /** New tasks that stopped before their parent's event told whose they are. */
  private final Set<Integer> unclaimed = new HashSet<>();

  /** New processes that stand still until they are to begin, and whether they have stopped. */
  private final Map<Task, Boolean> newborn = new HashMap<>();

  private final WorldProcesses processes;
  private final FifoWatch fifos;

  private boolean orphansLeft;

  /** What is being run, or was last. */
  private @Nullable Run main;

  private @Nullable Meanwhile meanwhile;
  private long lookedMeanwhile;
  private long events;

  /** Whether something ran beside the last program. */
  private boolean besides;

  /** What a handler asked for and was not started yet. */
  private final Deque<Beside> asked = new ArrayDeque<>();

  /** What runs beside, as long as somebody waits for it. */
  private final List<Waiting> waiting = new ArrayList<>();

  private record Beside(Program program, Duration patience, Consumer<@Nullable Ending> over) {}

  private record Waiting(Run run, long deadline, Consumer<@Nullable Ending> over) {}

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
    this.processes = new WorldProcesses(hostProc);
    this.fifos = new FifoWatch(hostProc);
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
    return run(program, wanted, handler, null);
  }

  /**
   * The same, and somebody looks at what it is doing.
   *
   * @param beside asked to look until it has seen enough; null for nobody
   */
  public Ending run(
      Program program, Set<Sysno> wanted, TraceHandler handler, @Nullable Meanwhile beside) {
    makeProcesses();
    besides = false;
    Run run = begin(program, SeccompFilter.program(wanted), handler);
    long start = System.nanoTime();
    restartLimit(limit);
    main = run;
    meanwhile = beside;
    while (run.alive > 0 && run.rootEnding == null && step(mayBlock() ? 0 : Processes.WNOHANG)) {
      Call stuck = fifos.stuck(pending);
      if (stuck != null) {
        stuck.task().run().handler.stuck(stuck);
        kill(stuck.task().run(), new Ending.Stopped());
      }
      lookBeside();
      lookMeanwhile();
    }
    meanwhile = null;
    settle(run, Math.max(ORPHANS.toNanos(), System.nanoTime() - start));
    while (!tasks.isEmpty() && step(mayBlock() ? 0 : Processes.WNOHANG)) {
      // A program that was started beside and had to wait for this one.
      lookBeside();
    }
    tellBeside();
    if (!expired() && (besides || run.mayHaveLostTasks || !unclaimed.isEmpty())) {
      processes.endOrphans();
      unclaimed.clear();
    }
    return ending(run);
  }

  private void makeProcesses() {
    if (!processes.areMade()) {
      processes.make(limit, whenProcMounted);
    }
  }

  /** The program itself is gone: what it left behind gets a little time. */
  private void settle(Run run, long nanos) {
    orphansLeft = false;
    long deadline = System.nanoTime() + nanos;
    while (run.alive > 0) {
      boolean late = System.nanoTime() - deadline > 0 && waiting.isEmpty();
      if (!orphansLeft && run.killed == null && late) {
        orphansLeft = true;
        kill(run, new Ending.Stopped());
      }
      if (!step(Processes.WNOHANG)) {
        return;
      }
      lookBeside();
    }
  }

  private boolean mayBlock() {
    return !fifos.isWatching() && waiting.isEmpty() && meanwhile == null;
  }

  private void lookMeanwhile() {
    Meanwhile looking = meanwhile;
    long now = System.nanoTime();
    if (looking != null && now - lookedMeanwhile >= LOOK_NANOS) {
      if (!looking.look(this)) {
        meanwhile = null;
      }
      // The program has the same processor, and gets most of it.
      long end = System.nanoTime();
      lookedMeanwhile = end + LOOKS_TO_RUNS * (end - now);
    }
  }

  /** How many stops and ends there were so far. */
  public long events() {
    return events;
  }

  /** A descriptor of a procfs that shows this process's own PID namespace. */
  public int hostProc() {
    return hostProc;
  }

  /** The process of the program that is being run, by its number in {@link #hostProc}. */
  public int programId() {
    Task root = main == null ? null : main.root;
    return root == null ? processes.first() : root.tid();
  }

  /** True if every task of the program that is being run waits in the kernel. */
  public boolean allAsleep() {
    return tasks.values().stream().filter(t -> t.run() == main).allMatch(this::isAsleep);
  }

  private boolean isAsleep(Task task) {
    return ProcFile.statField(ProcFile.read(hostProc, task.tid() + "/stat"), STATE).equals("S");
  }

  /** Sends every process of the program that is being run a signal. */
  public void signalProgram(int signal) {
    for (Task task : List.copyOf(tasks.values())) {
      if (task.run() == main && task.isLeader()) {
        Processes.kill(task.tid(), signal);
      }
    }
  }

  /** Starts what was asked for, and tells those who wait what became of it. */
  private void lookBeside() {
    for (Beside next = asked.poll(); next != null; next = asked.poll()) {
      besides = true;
      Run run = begin(next.program(), SeccompFilter.program(Set.of()), _ -> Then.GO_ON);
      long deadline = System.nanoTime() + next.patience().toNanos();
      waiting.add(new Waiting(run, deadline, next.over()));
    }
    for (Waiting each : List.copyOf(waiting)) {
      boolean ended = each.run().alive == 0;
      if (ended || System.nanoTime() - each.deadline() > 0) {
        waiting.remove(each);
        each.over().accept(ended ? ending(each.run()) : null);
      }
    }
  }

  /** Nothing runs any more: whoever still waits hears so. */
  private void tellBeside() {
    List<Waiting> rest = List.copyOf(waiting);
    waiting.clear();
    asked.clear();
    rest.forEach(each -> each.over().accept(ending(each.run())));
  }

  /** True if the time was over: then nothing lives here any more, and nothing can be run. */
  public boolean expired() {
    return processes.expired();
  }

  /** Gives what is run the whole of its time from now on. */
  public void restartLimit() {
    restartLimit(limit);
  }

  /** Gives a further run its own time. */
  public void restartLimit(Duration rest) {
    processes.restartLimit(rest);
  }

  /**
   * Has a second program run beside the one whose handler asks; it starts after the handler's
   * answer, which is usually {@link Then#HOLD}, and is not itself stopped at any call.
   *
   * @param patience how long to wait for its end: it may itself wait for what is held
   * @param over hears how it ended, or null if it still runs after that time and goes on; it
   *     usually {@linkplain #release releases} what was held
   */
  public void runBeside(Program program, Duration patience, Consumer<@Nullable Ending> over) {
    asked.add(new Beside(program, patience, over));
  }

  /** Lets a task go on that a handler has held. */
  public void release(Call call, Then how) {
    if (tasks.get(call.task().tid()) == call.task()) {
      resume(call, how);
    }
  }

  /**
   * Starts a program and returns at once; it moves on while the caller {@linkplain #poll polls}. Of
   * mmap(2), if it is wanted, each mapping of a file is shown.
   *
   * @throws TraceException if it cannot be started
   */
  public Task start(Program program, Set<Sysno> wanted, TraceHandler handler) {
    makeProcesses();
    Run run = begin(program, SeccompFilter.program(wanted, true), handler);
    return Objects.requireNonNull(run.root);
  }

  /**
   * Handles one event of a started program, without waiting for one.
   *
   * @return false if there was none
   */
  public boolean poll() {
    Result<Waited> result = Processes.wait4(-1, WAIT | Processes.WNOHANG);
    if (result.failed() || result.value().pid() == 0) {
      return result.is(Errno.EINTR);
    }
    return handle(result.value());
  }

  /**
   * Takes a task that sleeps in a call back to the stop before it, with nothing done; its handler
   * hears of the interrupted call and then of the same call again.
   */
  public void takeBack(Task task) {
    Ptrace.interrupt(task.tid());
  }

  /** Lets a new process go that its handler {@linkplain TraceHandler#holdsNewProcesses held}. */
  public void begin(Task task) {
    if (Boolean.TRUE.equals(newborn.remove(task)) && tasks.get(task.tid()) == task) {
      goOn(task, 0);
    }
  }

  /**
   * Kills the program that a task belongs to, with every task it started; their deaths are heard of
   * by and by, as those of others.
   */
  public void kill(Task task) {
    kill(task.run(), new Ending.Killed(Processes.SIGKILL));
  }

  /**
   * Lets a task that a handler has held handle its signals, as if they had come before the call; it
   * comes to the same stop again, unless they keep it from that.
   */
  public void repeat(Call call) {
    Result<Registers> registers = Ptrace.getRegisters(call.task().tid());
    if (registers.ok()) {
      Registers changed = registers.value();
      changed.repeatCall(call.sysno().nr);
      Ptrace.setRegisters(call.task().tid(), changed);
    }
    release(call, Then.GO_ON);
  }

  /** Lets a task that a handler has held go on behind its call, which is not made. */
  public void skip(Call call, long result) {
    Result<Registers> registers = Ptrace.getRegisters(call.task().tid());
    if (registers.ok()) {
      Registers changed = registers.value();
      changed.skipCall();
      changed.setResult(result);
      Ptrace.setRegisters(call.task().tid(), changed);
    }
    release(call, Then.GO_ON);
  }

  /**
   * From now on {@link #lastPid} has an effect; before anything runs. Only for programs that are
   * trusted: what the world's first process has open, root can reach.
   */
  public void choosePids() {
    processes.choosePids();
  }

  /** The next process of this world gets the first free number after this one, if it can be. */
  public void lastPid(int pid) {
    makeProcesses();
    processes.lastPid(pid);
  }

  private Run begin(Program program, byte[] filter, TraceHandler handler) {
    int child = processes.fork();
    Sleeper.awaitFirstStop(child);
    Injector inject = processes.injector(child);
    Run run = new Run(handler);
    Task task = Task.program(run, "0", child);
    run.root = task;
    run.alive = 1;
    tasks.put(child, task);
    try {
      VictimStart start = VictimStart.prepare(inject, program, filter);
      run.start = start;
      run.shown = handler.starts(task, program);
      start.tryNext();
      while (run.shown == TraceHandler.Start.HIDDEN && run.start != null) {
        starts(task, start, Sleeper.awaitStop(child));
      }
    } catch (TraceException e) {
      tasks.remove(child);
      Processes.kill(child, Processes.SIGKILL);
      throw e;
    }
    return run;
  }

  /**
   * One stop of a process on its way to be the program.
   *
   * @return false if it is the same as that of any other task
   */
  private boolean starts(Task task, VictimStart start, Waited stop) {
    Run run = task.run();
    if (stop.event() == Ptrace.EVENT_EXEC) {
      run.start = null;
      goOn(afterExec(task), 0);
      return true;
    }
    SyscallResult failure = start.resultAt(stop);
    if (failure == null) {
      if (run.shown != TraceHandler.Start.HIDDEN && stop.event() != 0) {
        return false;
      }
      start.goOn();
      return true;
    }
    Call call = pending.remove(task.tid());
    if (call != null && run.handler.afterCall(call, failure.raw()) == Then.KILL) {
      kill(run, new Ending.Stopped());
    }
    if (run.killed != null || start.tryAfter(failure)) {
      return true;
    }
    if (run.shown != TraceHandler.Start.SHOWN_AND_MAY_FAIL) {
      throw new TraceException(start.failure());
    }
    start.giveUp();
    return true;
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
    if (result.value().pid() == 0) {
      LockSupport.parkNanos(POLL.toNanos());
      return true;
    }
    return handle(result.value());
  }

  private boolean handle(Waited waited) {
    if (waited.pid() == processes.first() && !waited.stopped()) {
      // Only the watchdog or a stranger kills it; the kernel killed everything else before it.
      return false;
    }
    events++;
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
    boolean late = expired();
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
    newborn.remove(task);
    pending.remove(waited.pid());
    Run run = task.run();
    run.alive--;
    run.mayHaveLostTasks |= waited.signaled();
    boolean killedByUs = run.killed != null || expired();
    if (task == run.root && !killedByUs) {
      run.rootEnding = ending;
    }
    run.handler.ended(task, ending);
  }

  private void stopped(Task task, Waited stop) {
    VictimStart start = startOf(task);
    if (start != null && starts(task, start, stop)) {
      return;
    }
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
        if (newborn.replace(task, true) != null) {
          // It stands still until it is to begin.
          return;
        }
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

  /** What is still to execute the program, if this is the task that becomes it. */
  private static @Nullable VictimStart startOf(Task task) {
    return task == task.run().root ? task.run().start : null;
  }

  private void goOn(Task task, int signal) {
    VictimStart start = startOf(task);
    if (start != null) {
      start.goOn();
      return;
    }
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
    resume(call, task.run().handler.beforeCall(call));
  }

  private void resume(Call call, Then how) {
    Task task = call.task();
    switch (how) {
      case GO_ON -> goOn(task, 0);
      case HOLD -> {}
      case SHOW_RESULT -> {
        pending.put(task.tid(), call);
        goOn(task, 0);
      }
      case SHOW_RESULT_OR_STUCK -> {
        pending.put(task.tid(), call);
        fifos.watch(call);
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
      case HOLD -> {}
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
    Task child = origin.child(tid, isThread(origin, tid));
    tasks.put(tid, child);
    run.mayHaveLostTasks = true;
    run.alive++;
    boolean held = run.handler.holdsNewProcesses() && child.isLeader();
    if (held) {
      newborn.put(child, unclaimed.remove(tid));
    }
    run.handler.started(origin, child);
    if (run.killed != null) {
      Processes.kill(tid, Processes.SIGKILL);
    }
    if (unclaimed.remove(tid)) {
      Ptrace.cont(tid, 0);
    }
  }

  /** True if a new task is one of the same process: a clone may also make a process. */
  private boolean isThread(Task origin, int tid) {
    byte[] name = Paths.bytes(origin.tid() + "/task/" + tid);
    return Unistd.faccessat2(hostProc, name, Unistd.F_OK, 0).ok();
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
    if (!processes.areMade()) {
      return;
    }
    processes.kill();
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(-1, WAIT);
      if (waited.failed() && !waited.is(Errno.EINTR)) {
        break;
      }
      if (waited.ok() && waited.value().stopped()) {
        Ptrace.cont(waited.value().pid(), 0);
      }
    }
    processes.forget();
  }
}
