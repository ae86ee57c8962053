package dev.holdfast.prove.trace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Processes;
import dev.holdfast.libc.Processes.Waited;
import dev.holdfast.libc.Ptrace;
import dev.holdfast.libc.Registers;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Spawn;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs one program, stopped before its first instruction and then at every call that was asked for,
 * with all the tasks it starts, until the last one is gone.
 *
 * <p>Three processes are made in the PID namespace that the calling thread prepared: a first one,
 * which is never run and whose death takes everything along; one that is the victim's parent, so that
 * the victim does not believe to be a child of init; and the victim.
 *
 * <p><b>Guarantees.</b> {@link #run} returns within the time limit plus what the kernel needs to kill:
 * it cannot hang on what the victim does. When it returns, or this process dies in whatever way, no
 * task of the victim is left.
 *
 * <p><b>Threads.</b> One platform thread from beginning to end, the one that attached; ptrace(2) and
 * the wait for children are bound to it. Not to be used on virtual threads.
 *
 * <p><b>Sources.</b> ptrace(2), seccomp(2), pid_namespaces(7).
 */
public final class Tracer {
  private static final int OPTIONS =
      Ptrace.O_TRACESYSGOOD
          | Ptrace.O_TRACEFORK
          | Ptrace.O_TRACEVFORK
          | Ptrace.O_TRACECLONE
          | Ptrace.O_TRACEEXEC
          | Ptrace.O_TRACESECCOMP
          | Ptrace.O_EXITKILL;
  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;
  private static final int AT_SYSINFO_EHDR = 33;
  private static final int VDSO_SIZE = 8192;
  private static final int SECCOMP_SET_MODE_FILTER = 1;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  /** How long tasks may go on that outlive the program itself. */
  private static final Duration ORPHANS = Duration.ofSeconds(1);

  private static final List<String> SLEEPERS = List.of("/usr/bin/sleep", "/bin/sleep");

  private final Program program;
  private final byte[] filter;
  private final TraceHandler handler;
  private final Duration limit;
  private final int hostProc;
  private final Runnable whenProcMounted;

  private final Map<Integer, Task> tasks = new HashMap<>();
  private final Map<Integer, Call> pending = new HashMap<>();

  /** New tasks that stopped before their parent's event told whose they are. */
  private final Set<Integer> unclaimed = new HashSet<>();

  private int first;
  private @Nullable Watchdog watchdog;
  private @Nullable Task root;
  private @Nullable Ending rootEnding;
  private boolean stopped;
  private boolean foreign;
  private boolean orphansLeft;

  /**
   * @param wanted the calls to stop at
   * @param limit for the whole run
   * @param hostProc a descriptor of a procfs that shows this process's own PID namespace
   * @param whenProcMounted runs once the world's own {@code /proc} is there
   */
  public Tracer(
      Program program,
      Set<Sysno> wanted,
      TraceHandler handler,
      Duration limit,
      int hostProc,
      Runnable whenProcMounted) {
    Registers.requireSupported();
    this.program = program;
    this.filter = SeccompFilter.program(wanted);
    this.handler = handler;
    this.limit = limit;
    this.hostProc = hostProc;
    this.whenProcMounted = whenProcMounted;
  }

  /** True if the program itself had ended and tasks it left behind were killed with the time. */
  public boolean orphansLeft() {
    return orphansLeft;
  }

  /**
   * Runs the program to its end.
   *
   * @throws TraceException if it cannot be started; nothing is left then either
   */
  public Ending run() {
    try {
      start();
      return loop();
    } finally {
      end();
    }
  }

  private void start() {
    first = spawnSleeper();
    SyscallResult pidfd = Processes.pidfd_open(first, 0);
    if (pidfd.failed()) {
      throw new TraceException("no handle on a new process: pidfd_open: " + pidfd);
    }
    watchdog = Watchdog.over(pidfd.intValue(), limit);
    attach(first);
    Injector init = new Injector(first, syscallInstruction(first), 0);
    long instruction = syscallInstruction(first);
    mountProc(init);
    whenProcMounted.run();
    int parent = init.fork();
    awaitFirstStop(parent);
    int child = new Injector(parent, instruction, init.scratch()).fork();
    awaitFirstStop(child);
    prepare(new Injector(child, instruction, init.scratch()));
    Task task = new Task("0", child);
    root = task;
    tasks.put(child, task);
    handler.afterExec(task);
    Ptrace.cont(child, 0);
  }

  private static int spawnSleeper() {
    SyscallResult spawned = SyscallResult.failure(Errno.ENOENT);
    for (String sleeper : SLEEPERS) {
      byte[] path = Paths.bytes(sleeper);
      byte[][] argv = {path, Paths.bytes("2147483647")};
      spawned = Spawn.posix_spawn(path, argv, new byte[0][]);
      if (spawned.ok()) {
        return spawned.intValue();
      }
    }
    throw new TraceException("no process could be made from sleep(1): posix_spawn: " + spawned);
  }

  /** Seizes a running child and stops it wherever it is. */
  private void attach(int pid) {
    SyscallResult seized = Ptrace.seize(pid, OPTIONS);
    if (seized.failed()) {
      throw new TraceException(
          "this process may not trace its own child: ptrace: "
              + seized
              + "; a debugger, a container's seccomp profile or a security module forbids it");
    }
    Ptrace.interrupt(pid);
    for (; ; ) {
      Waited stop = awaitStop(pid);
      if (stop.event() == Ptrace.EVENT_STOP) {
        return;
      }
      // The stop of its own exec swallows the interrupt, so ask again.
      Ptrace.cont(pid, 0);
      Ptrace.interrupt(pid);
    }
  }

  private void awaitFirstStop(int tid) {
    while (awaitStop(tid).event() != Ptrace.EVENT_STOP) {
      Ptrace.cont(tid, 0);
    }
  }

  private static Waited awaitStop(int tid) {
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(tid, WAIT);
      if (waited.is(Errno.EINTR)) {
        continue;
      }
      if (waited.failed() || !waited.value().stopped()) {
        throw new TraceException("a new process died before it could be prepared");
      }
      return waited.value();
    }
  }

  /** The address of a system-call instruction in the vDSO, which every process has mapped. */
  private long syscallInstruction(int pid) {
    byte[] auxv = readHostProc(pid + "/auxv");
    ByteBuffer entries = ByteBuffer.wrap(auxv).order(ByteOrder.nativeOrder());
    while (entries.remaining() >= 16) {
      long type = entries.getLong();
      long value = entries.getLong();
      if (type == AT_SYSINFO_EHDR) {
        return findInstruction(pid, value);
      }
    }
    throw new TraceException("this kernel maps no vDSO into processes (vdso=0): enable it");
  }

  private static long findInstruction(int pid, long vdso) {
    byte[] code = new byte[VDSO_SIZE];
    SyscallResult read = Processes.process_vm_readv(pid, vdso, code, 0, code.length);
    byte[] wanted = Registers.syscallInstruction();
    for (int i = 0; read.ok() && i + wanted.length <= read.raw(); i++) {
      if (java.util.Arrays.equals(code, i, i + wanted.length, wanted, 0, wanted.length)) {
        return vdso + i;
      }
    }
    throw new TraceException("the vDSO has no system-call instruction: " + read);
  }

  private byte[] readHostProc(String name) {
    SyscallResult fd = Fcntl.openat(hostProc, Paths.bytes(name), Fcntl.O_RDONLY, 0);
    if (fd.failed()) {
      throw new TraceException("/proc/" + name + " cannot be opened: " + fd);
    }
    byte[] buffer = new byte[4096];
    SyscallResult read = Unistd.read(fd.intValue(), buffer, 0, buffer.length);
    Unistd.close(fd.intValue());
    if (read.failed()) {
      throw new TraceException("/proc/" + name + " cannot be read: " + read);
    }
    return java.util.Arrays.copyOf(buffer, read.intValue());
  }

  private static void mountProc(Injector init) {
    long proc = init.string("proc");
    long target = init.string("/proc");
    init.must(Sysno.MOUNT, proc, target, proc, 2 | 4 | 8, 0);
    init.reset();
  }

  private void prepare(Injector inject) {
    inject.must(Sysno.CLOSE_RANGE, 3, 0xffffffffL, 0);
    SyscallResult entered = inject.call(Sysno.CHDIR, inject.string(program.directory()));
    if (entered.failed()) {
      throw new TraceException(
          "the victim's directory cannot be entered: " + program.directory() + ": " + entered);
    }
    inject.must(Sysno.UMASK, 022);
    redirect(inject, "/dev/null", Fcntl.O_RDONLY, 0);
    redirect(inject, program.output(), Fcntl.O_WRONLY | Fcntl.O_APPEND, 1);
    inject.must(Sysno.DUP3, 1, 2, 0);
    ByteBuffer fprog = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    fprog.putShort((short) (filter.length / SeccompFilter.INSTRUCTION_SIZE));
    fprog.putLong(8, inject.put(filter));
    long fprogAddress = inject.put(fprog.array());
    if (inject.call(Sysno.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, fprogAddress).is(Errno.EACCES)) {
      // Without privilege a filter needs this promise; set-uid programs then stay unprivileged.
      inject.must(Sysno.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      inject.must(Sysno.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, fprogAddress);
    }
    becomeUser(inject);
    exec(inject);
  }

  private static void redirect(Injector inject, String path, int flags, int target) {
    long opened =
        inject.must(Sysno.OPENAT, Fcntl.AT_FDCWD, inject.string(path), flags, 0);
    if (opened != target) {
      inject.must(Sysno.DUP3, opened, target, 0);
      inject.must(Sysno.CLOSE, opened);
    }
  }

  private void becomeUser(Injector inject) {
    ByteBuffer groups =
        ByteBuffer.allocate(4 * Math.max(1, program.groups().size()))
            .order(ByteOrder.nativeOrder());
    program.groups().forEach(groups::putInt);
    long list = inject.put(groups.array());
    SyscallResult set = inject.call(Sysno.SETGROUPS, program.groups().size(), list);
    // In a user namespace with one user there is nothing to set, and setgroups is forbidden.
    if (set.failed() && !(set.is(Errno.EPERM) && program.uid() == 0)) {
      throw new TraceException("the victim's groups cannot be set: setgroups: " + set);
    }
    long gid = program.gid() & 0xffffffffL;
    long uid = program.uid() & 0xffffffffL;
    inject.must(Sysno.SETRESGID, gid, gid, gid);
    inject.must(Sysno.SETRESUID, uid, uid, uid);
  }

  private void exec(Injector inject) {
    List<String> argv = program.argv();
    String command = argv.getFirst();
    byte[][] environment =
        program.environment().entrySet().stream()
            .map(e -> Paths.bytes(e.getKey() + "=" + e.getValue()))
            .toArray(byte[][]::new);
    long envp = inject.vector(environment);
    SyscallResult result = SyscallResult.failure(Errno.ENOENT);
    for (String candidate : candidates(command)) {
      SyscallResult tried =
          inject.exec(inject.string(candidate), inject.vector(bytes(argv)), envp);
      if (tried.is(Errno.ENOEXEC)) {
        // As execvp(3): a script without an interpreter line is for the shell.
        List<String> script = new ArrayList<>(argv);
        script.set(0, candidate);
        script.addFirst("sh");
        tried = inject.exec(inject.string("/bin/sh"), inject.vector(bytes(script)), envp);
      }
      if (tried.ok()) {
        return;
      }
      // As execvp(3): a program that is there but may not be run is the better message.
      if (!tried.is(Errno.ENOENT) && !tried.is(Errno.ENOTDIR)) {
        result = tried;
      }
    }
    throw new TraceException(
        command
            + ": cannot be executed as uid "
            + program.uid()
            + ": "
            + result.errno().message
            + " ("
            + result
            + ")");
  }

  private List<String> candidates(String command) {
    if (command.contains("/")) {
      return List.of(command);
    }
    String path = program.environment().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    List<String> candidates = new ArrayList<>();
    for (String directory : path.split(":", -1)) {
      candidates.add((directory.isEmpty() ? "." : directory) + "/" + command);
    }
    return candidates;
  }

  private static byte[][] bytes(List<String> strings) {
    return strings.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
  }

  private Ending loop() {
    while (!tasks.isEmpty()) {
      Result<Waited> result = Processes.wait4(-1, WAIT);
      if (result.is(Errno.EINTR)) {
        continue;
      }
      if (result.failed()) {
        break;
      }
      Waited waited = result.value();
      if (waited.pid() == first) {
        // Only the watchdog or a stranger kills it; the kernel kills everything else with it.
        break;
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
      if (stopped) {
        break;
      }
    }
    return ending();
  }

  private Ending ending() {
    Watchdog dog = java.util.Objects.requireNonNull(watchdog);
    if (foreign) {
      return new Ending.Foreign();
    }
    if (stopped) {
      return new Ending.Stopped();
    }
    if (rootEnding != null) {
      orphansLeft = !tasks.isEmpty();
      return rootEnding;
    }
    if (dog.fired()) {
      return new Ending.TimedOut();
    }
    return new Ending.Killed(Processes.SIGKILL);
  }

  private void ended(Task task, Waited waited) {
    Ending ending =
        waited.exited()
            ? new Ending.Exited(waited.exitStatus())
            : new Ending.Killed(waited.terminatingSignal());
    tasks.remove(waited.pid());
    pending.remove(waited.pid());
    boolean killedByUs = watchdog != null && watchdog.fired();
    if (task == root && !killedByUs) {
      rootEnding = ending;
      if (watchdog != null) {
        watchdog.hasten(ORPHANS);
      }
    }
    handler.ended(task, ending);
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
    if (info.seccompData() == SeccompFilter.FOREIGN || sysno == null) {
      foreign = true;
      stopped = true;
      return;
    }
    Call call = new Call(task, sysno, info.args());
    switch (handler.beforeCall(call)) {
      case GO_ON -> goOn(task, 0);
      case SHOW_RESULT -> {
        pending.put(task.tid(), call);
        goOn(task, 0);
      }
      case KILL -> stopped = true;
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
    switch (handler.afterCall(call, info.value().result())) {
      case GO_ON, SHOW_RESULT -> goOn(task, 0);
      case KILL -> stopped = true;
    }
  }

  private void newTask(Task parent) {
    Result<Long> message = Ptrace.geteventmsg(parent.tid());
    if (message.failed()) {
      return;
    }
    int tid = message.value().intValue();
    Task child = new Task(parent.nextChildPath(), tid);
    tasks.put(tid, child);
    handler.started(parent, child);
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
        handler.ended(leader, new Ending.Exited(0));
        if (leader == root) {
          root = thread;
        }
        thread.moveTo(leader.tid());
        tasks.put(leader.tid(), thread);
        if (call != null) {
          pending.put(leader.tid(), call);
        }
        survivor = thread;
      }
    }
    handler.afterExec(survivor);
    return survivor;
  }

  /** Kills what is left and reaps it all, so that this thread may end. */
  private void end() {
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
