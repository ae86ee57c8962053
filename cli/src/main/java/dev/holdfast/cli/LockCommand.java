package dev.holdfast.cli;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.libc.Processes;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.LockSet;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.process.Inheritance;
import dev.holdfast.locks.scope.ScopeProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code holdfast lock}. */
final class LockCommand extends Command {
  static final int OVERDUE = 124;
  static final int CANNOT_EXECUTE = 126;
  static final int NOT_FOUND = 127;

  private final Value<String> kind =
      option(
              "--kind",
              "KIND",
              String.class,
              "What to lock with: ofd (default), posix, flock, file, nfs, pid, device, mail, port,"
                  + " socket; several with commas: ofd,flock excludes both families.")
          .ordinarily("ofd")
          .oneOf(LockCommand::kindWords);

  private final Value<Boolean> shared =
      flag("-s, --shared", "Share the lock with others who share it.");

  private final Value<Duration> timeout =
      option(
              "-w, --timeout",
              "DURATION",
              Duration.class,
              "Wait for at most so long, such as 5, 0.5, 500ms, 10s or 1m30s. Default: for ever.")
          .read(new WaitTimes());

  private final Value<Boolean> noWait = flag("-n, --no-wait", "Do not wait at all.");

  private final Value<Integer> busy =
      option(
              "-E, --busy-exit-code",
              "CODE",
              int.class,
              "What to end with when the lock was busy. Default: ${DEFAULT-VALUE}.")
          .ordinarily("75");

  private final Value<Boolean> fair =
      flag("--fair", "Be served in the order of asking, among those who ask with --fair.");

  private final Value<Boolean> exec =
      flag(
          "-F, --exec",
          "Have the program take our place, with the lock (ofd, flock, pid and socket).");

  private final Value<Boolean> close =
      flag(
          "-o, --close",
          "Do not let the program inherit the lock: what it leaves running does not keep it, and"
              + " if we are killed it runs on without it.");

  private final Value<String> shell =
      option("-c, --command", "COMMAND", String.class, "Run this with the shell.");

  private final Value<String> mode =
      option(
          "--mode",
          "MODE",
          String.class,
          "The mode of a lock file that is made, such as 0660, whatever the umask. Default: 0600.");

  private final Value<Duration> atMost =
      option(
              "--at-most",
              "DURATION",
              Duration.class,
              "End the program after so long: by TERM, and by KILL five seconds later.")
          .read(new WaitTimes());

  private final Value<List<String>> operands =
      operands(
          1,
          "NAME... -- CMD",
          "A path; a number for a port; a name for a socket. Then the program to run.");

  /** The kinds that were asked for. */
  private List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (String word : kind.get().split(",", -1)) {
      kinds.add(
          Kinds.of(word)
              .filter(each -> !each.equals(Kinds.MEMORY))
              .orElseThrow(
                  () ->
                      CommandFailure.usage(
                          "--kind",
                          "'"
                              + word
                              + "' is not one of "
                              + String.join(", ", kindWords())
                              + DidYouMean.hint(word, kindWords()))));
    }
    return kinds;
  }

  private static List<String> kindWords() {
    return Kinds.all().stream().filter(kind -> !kind.equals(Kinds.MEMORY)).map(Kind::word).toList();
  }

  LockCommand() {
    super("lock");
    textOnly();
    description(
        "Runs a program while it holds one or several locks, and ends as the program ends.",
        "",
        "Several names are taken in one order, whatever the order they are given in, so that two"
            + " commands cannot wait for each other for ever. Signals are passed on to the"
            + " program.",
        "",
        "The program inherits the lock, as with flock(1): if we are killed it keeps it, and so does"
            + " what it leaves running; --close changes that. With --exec it takes our place. Files"
            + " that are locks (file, nfs, mail, device) and ports are not inherited: they are"
            + " removed or closed when the program has ended.");
    synopsis("usage: holdfast lock [OPTIONS] NAME... -- CMD [ARG...]");
    exitStatus(
        "*:what the program ended with; 128 and the number of the signal that killed it",
        "2:wrong use",
        "3:the lock cannot be used, and the program was not run",
        "124:the program was ended by --at-most",
        "75:busy or timed out; -E changes it",
        "126:the program cannot be executed",
        "127:there is no such program");
    footer(
        "Examples:",
        "  one backup at a time, and none if one is running:",
        "    holdfast lock --no-wait /run/lock/backup -- backup /home",
        "  two files at once, waiting for at most ten seconds:",
        "    holdfast lock --timeout 10s a.db b.db -- merge a.db b.db",
        "  beside a program that uses flock(1):",
        "    holdfast lock --kind flock /var/lock/apt-mirror -- apt-mirror",
        "",
        "Each start is that of a JVM, about a tenth of a second. In a tight loop use",
        "flock(1), beside which --kind flock works, or the library in a program that",
        "is running anyway.");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> names = operands.get();
    List<String> program;
    if (shell.given()) {
      String wanted = System.getenv().getOrDefault("SHELL", "");
      program = List.of(wanted.isEmpty() ? "/bin/sh" : wanted, "-c", shell.get());
    } else {
      List<String> original = spec.commandLine().getParseResult().originalArgs();
      int separator = original.indexOf("--");
      int length = separator < 0 ? 0 : original.size() - separator - 1;
      if (length == 0 || length >= names.size()) {
        throw CommandFailure.usage("NAME... -- CMD", "give at least one name, --, and a program");
      }
      program = names.subList(names.size() - length, names.size());
      names = names.subList(0, names.size() - length);
    }
    check(names);
    // What there is to warn of is told as a note of this command.
    System.setProperty(ScopeProbe.SCOPE_PROPERTY, "quiet");
    LockSet set = locks(names);
    if (noWait.get() || (timeout.given() && timeout.get().isZero())) {
      Optional<HeldSet> now = set.tryAcquire();
      return now.isPresent() ? run(now.get(), program) : tellBusy(names, holders(set));
    }
    LockSet.Result result;
    try (Waiting _ = new Waiting(names, set)) {
      result =
          timeout.given() ? set.attempt(timeout.get()) : new LockSet.Result.Acquired(set.acquire());
    }
    return switch (result) {
      case LockSet.Result.Acquired(HeldSet held) -> run(held, program);
      case LockSet.Result.TimedOut(Outcome.TimedOut late) ->
          tellBusy(List.of(late.lock()), late.holders());
    };
  }

  /** Says whom we wait for, once, if that takes long. */
  private final class Waiting implements AutoCloseable {
    private static final long SILENT_MILLIS = 1000;

    private final Thread thread;

    Waiting(List<String> names, LockSet set) {
      thread = Thread.ofPlatform().daemon().name("waiting").unstarted(() -> tell(names, set));
      if (!globals().quiet()) {
        thread.start();
      }
    }

    private void tell(List<String> names, LockSet set) {
      try {
        Thread.sleep(SILENT_MILLIS);
        say(String.join(", ", names) + ": waiting: held by " + who(holders(set)));
      } catch (InterruptedException | IOException itDidNotTakeLong) {
        return;
      }
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }

  private void check(List<String> names) {
    List<Kind> kinds = kinds();
    if (noWait.get() && timeout.given()) {
      throw CommandFailure.usage("--no-wait", "makes no sense with --timeout");
    }
    if (exec.get() && (names.size() > 1 || kinds.size() > 1)) {
      throw CommandFailure.usage("--exec", "takes one name and one kind only");
    }
    if (exec.get() && (close.get() || atMost.given())) {
      throw CommandFailure.usage("--exec", "makes no sense with --close or --at-most");
    }
    if (busy.get() < 0 || busy.get() > 255) {
      throw CommandFailure.usage("-E", "an exit status is between 0 and 255");
    }
  }

  private LockSet locks(List<String> names) throws IOException {
    List<HostLock> locks = new ArrayList<>();
    for (Kind each : kinds()) {
      for (String name : names) {
        probe(each, name);
        try {
          HostLock lock = inheritable(each).named(name);
          lock = mode.given() ? lock.permissions(permissions()) : lock;
          lock = shared.get() ? lock.shared() : lock;
          locks.add(fair.get() ? lock.fair() : lock);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
          throw CommandFailure.usage(name, String.valueOf(e.getMessage()));
        }
      }
    }
    return Locks.all(locks);
  }

  /**
   * A POSIX record lock belongs to a process and would go with us. An OFD lock excludes the same
   * programs, and the program inherits it.
   */
  private Kind inheritable(Kind wanted) {
    return wanted.equals(Kinds.POSIX) && !close.get() ? Kinds.OFD : wanted;
  }

  private int permissions() {
    if (!mode.get().matches("0?[0-7]{3}")) {
      throw CommandFailure.usage(
          "--mode", "'" + mode.get() + "' is not an octal mode such as 0660");
    }
    return Integer.parseInt(mode.get(), 8);
  }

  /** Refuses or warns where this kind does not exclude. */
  private void probe(Kind each, String name) throws IOException {
    boolean elsewhere = name.indexOf('/') < 0 && each.equals(Kinds.PID_FILE);
    if (elsewhere
        || each.equals(Kinds.DEVICE)
        || each.equals(Kinds.PORT)
        || each.equals(Kinds.SOCKET)) {
      return;
    }
    ScopeProbe probe = ScopeProbe.of(each, Path.of(name));
    switch (probe.level()) {
      case GOOD -> {}
      case WARN -> {
        if (!globals().quiet()) {
          say("note: " + name + ": is on " + probe.why());
        }
      }
      case REFUSE ->
          throw CommandFailure.undecided(
              name, "a " + each.title() + " is of no use there: " + probe.why());
    }
  }

  /** Whatever strangers called their files and programs. */
  private void say(String message) {
    spec.commandLine().getErr().println(spec.qualifiedName() + ": " + Text.printable(message));
    spec.commandLine().getErr().flush();
  }

  private static List<Holder> holders(LockSet set) throws IOException {
    List<Holder> holders = new ArrayList<>();
    for (HostLock lock : set.inOrder()) {
      holders.addAll(lock.holders());
    }
    return holders;
  }

  private static String who(List<Holder> holders) {
    return holders.isEmpty()
        ? "somebody"
        : holders.stream().map(Holder::toString).collect(Collectors.joining("; "));
  }

  private int tellBusy(List<String> names, List<Holder> holders) {
    if (!globals().quiet()) {
      say(String.join(", ", names) + ": busy: held by " + who(holders));
    }
    return busy.get();
  }

  private int run(HeldSet held, List<String> program) throws IOException {
    if (exec.get()) {
      try (held) {
        CallerState.keepDescriptors();
        if (!Inheritance.passOn(held.all().getFirst(), true)) {
          throw CommandFailure.usage(
              "--exec", "a " + kinds().getFirst().title() + " cannot be passed on");
        }
        return ChildProgram.replaceThisProcess(program);
      }
    }
    List<Held> inherited = new ArrayList<>();
    try {
      Job job = new Job(held, inherited);
      int status = ChildProgram.run(program, Map.of(), job);
      return job.ended(status);
    } finally {
      letGo(held, inherited);
    }
  }

  /** What is done around the program. */
  private final class Job implements ChildProgram.Run {
    private static final long GRACE_MILLIS = 5000;

    private final HeldSet held;
    private final List<Held> inherited;
    private volatile boolean overdue;

    Job(HeldSet held, List<Held> inherited) {
      this.held = held;
      this.inherited = inherited;
    }

    @Override
    public void starting() throws IOException {
      for (Held one : held.all()) {
        Inheritance.holderIsToCome(one);
      }
      if (!close.get()) {
        for (Held one : held.all()) {
          if (Inheritance.passOn(one, true)) {
            inherited.add(one);
          }
        }
      }
    }

    @Override
    public void started(Child child) throws IOException {
      for (Held one : inherited) {
        Inheritance.passOn(one, false);
      }
      for (Held one : held.all()) {
        Inheritance.holderIs(one, child.pid());
      }
      if (atMost.given()) {
        Thread.ofPlatform().daemon().name("at-most").start(() -> end(child));
      }
    }

    private void end(Child child) {
      try {
        Thread.sleep(atMost.get());
        overdue = true;
        child.kill(Processes.SIGTERM);
        child.kill(Processes.SIGCONT);
        Thread.sleep(GRACE_MILLIS);
        child.kill(Processes.SIGKILL);
      } catch (InterruptedException itEnded) {
        return;
      }
    }

    int ended(int status) {
      return overdue ? OVERDUE : status;
    }
  }

  /** Whatever comes of it, the status is the program's. */
  private void letGo(HeldSet held, List<Held> inherited) {
    for (Held one : held.all().reversed()) {
      try {
        one.ensureValid();
        tellHeirs(one, inherited);
      } catch (LockLostException lost) {
        sayLost(one);
        inherited.remove(one);
        closeQuietly(one);
        continue;
      } catch (IOException unknown) {
        say(one.lock().name() + ": " + unknown.getMessage());
      }
      try {
        if (inherited.contains(one)) {
          Inheritance.leaveToHeirs(one);
        } else {
          one.close();
        }
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof LockLostException) {
          sayLost(one);
        } else {
          say(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void sayLost(Held one) {
    say(
        one.lock().name()
            + ": the lock file was removed or replaced while the program ran: another may have run"
            + " beside it");
  }

  private static void closeQuietly(Held lost) {
    try {
      lost.close();
    } catch (UncheckedIOException told) {
      // It was lost, and that was said.
    }
  }

  private void tellHeirs(Held one, List<Held> inherited) {
    if (inherited.contains(one) && one.mode() == Mode.EXCLUSIVE && !globals().quiet()) {
      List<Integer> heirs = Inheritance.heirs(one);
      if (!heirs.isEmpty()) {
        String pids = heirs.stream().map(String::valueOf).collect(Collectors.joining(", "));
        say(
            "note: "
                + one.lock().name()
                + ": the program left pid "
                + pids
                + ", which keeps the lock");
      }
    }
  }
}
