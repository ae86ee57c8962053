package dev.holdfast.cli.lock;

import dev.holdfast.cli.child.CallerState;
import dev.holdfast.cli.child.SignalRelay;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.cli.command.Value;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.descriptor.DescriptorLock;
import dev.holdfast.locks.report.OtherFamily;
import dev.holdfast.locks.scope.ScopeProbe;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code holdfast lock}. */
public final class LockCommand extends Command {
  static final int OVERDUE = 124;

  /** A wait after which what was seen before it says nothing. */
  private static final long LONG_NANOS = 1_000_000_000;

  /** The name is that of a file that must not be there, or is locked as a whole by its maker. */
  private static final Set<Kind> IS_THE_FILE = Set.of(Kinds.FILE, Kinds.NFS, Kinds.PID_FILE);

  /** Those that have to do with the file of that very name. */
  private static final Set<Kind> AT_THE_NAME =
      Set.of(Kinds.FILE, Kinds.NFS, Kinds.PID_FILE, Kinds.OFD, Kinds.POSIX, Kinds.FLOCK);

  private final Value<String> kind =
      option(
              "--kind",
              "KIND",
              String.class,
              "What to lock with: ofd (default), posix, flock, file, nfs, pid, device, mail, port,"
                  + " socket; zookeeper, postgresql (with --at); several with commas: ofd,flock"
                  + " excludes both families.")
          .ordinarily("ofd")
          .oneOf(LockCommand::kindWords);

  private final Value<Boolean> shared =
      flag(
          "-s, --shared",
          "Share the lock with others who share it. While some share it, whoever wants it alone"
              + " may wait for ever: --fair serves all in their turn.");

  private final Value<Boolean> exclusive =
      flag("-x, -e, --exclusive", "Do not share it: so it is without -s.");

  private final Value<Duration> timeout =
      option(
              "-w, --timeout",
              "DURATION",
              Duration.class,
              "Wait for at most so long, such as 5, 0.5, 500ms, 10s or 1m30s. Default: for ever.")
          .read(new WaitTimes());

  private final Value<Boolean> noWait = flag("-n, --no-wait, --nonblock", "Do not wait at all.");

  private final Value<Integer> busy =
      option(
              "-E, --busy-exit-code, --conflict-exit-code",
              "CODE",
              int.class,
              "What to end with when the lock was busy. Default: ${DEFAULT-VALUE}.")
          .ordinarily("75");

  private final Value<Boolean> fair =
      flag("--fair", "Be served in the order of asking, among those who ask with --fair.");

  private final Value<Boolean> exec =
      flag(
          "-F, --exec",
          "Have the program take our place, with the lock (ofd, flock, pid, port and socket).");

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

  private final Value<String> group =
      option(
          "--group",
          "GROUP",
          String.class,
          "The group of a lock file that is made; with mode 0660 unless --mode is given.");

  private final Value<Integer> slots =
      option(
          "--slots",
          "N",
          int.class,
          "Let N hold it at a time: each has one byte of the file (ofd). The program finds the"
              + " number of its slot, from 1, in $HOLDFAST_SLOT.");

  private final Value<Integer> descriptor =
      option(
          "--fd",
          "N",
          int.class,
          "Lock the file that is open as descriptor N of the caller, as flock(1) does, and end:"
              + " the lock stays until the caller closes it or ends (ofd and flock).");

  private final Value<Boolean> unlock = flag("-u, --unlock", "With --fd: let go of it.");

  private final Value<Duration> atMost =
      option(
              "--at-most",
              "DURATION",
              Duration.class,
              "End the program after so long, and what it has started: by TERM, and by KILL five"
                  + " seconds later.")
          .read(new WaitTimes());

  private final Value<String> at =
      option(
          "--at",
          "SERVERS",
          String.class,
          "Where the server is that keeps the lock: HOST:PORT,HOST:PORT/PATH for zookeeper,"
              + " HOST:PORT/DATABASE for postgresql.");

  private final Value<String> config =
      option(
          "--config",
          "FILE",
          String.class,
          "With --at: settings, one NAME=VALUE a line. Secrets"
              + " come from here or from the environment.");

  private final Value<String> onLoss =
      option(
              "--on-loss",
              "SIGNAL",
              String.class,
              "With --at: what the program is sent when the lock is lost: TERM (default), INT, HUP,"
                  + " USR1, USR2, KILL or NONE.")
          .ordinarily("TERM");

  private final Value<Duration> grace =
      option(
              "--grace",
              "DURATION",
              Duration.class,
              "With --at: how long after that signal the program is killed. Default: 10s.")
          .read(new WaitTimes())
          .ordinarily("10s");

  private final Value<List<String>> operands =
      operands(
          "NAME... -- CMD",
          "A path; a number for a port; a name for a socket; for pid, without a slash, the name of"
              + " a daemon, whose file is /run/NAME.pid. Then the program to run.");

  /** The kinds that were asked for. */
  private List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (String word : kind.get().split(",", -1)) {
      kinds.add(
          Kinds.of(word)
              .filter(each -> !each.equals(Kinds.MEMORY))
              .orElseThrow(
                  () -> CommandFailure.usage("--kind", Failures.notOneOf(word, kindWords()))));
    }
    return kinds;
  }

  /** Those of servers, too, whose libraries are not looked at for that. */
  private static List<String> kindWords() {
    return Stream.concat(
            Kinds.all().stream()
                .filter(kind -> !kind.equals(Kinds.MEMORY))
                .map(Kind::word)
                .filter(word -> !LockServers.WORDS.contains(word)),
            LockServers.WORDS.stream())
        .toList();
  }

  public LockCommand() {
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
            + " what it leaves running; --close changes that. With --exec it takes our place. A"
            + " lock that is a file (file, nfs, mail, device) is removed when the program has"
            + " ended; if we were killed, it is taken over once nobody has it any more (nfs: only"
            + " by 'locks break').",
        "",
        "With --at the lock is on a server, and ends with our connection to it. The program gets"
            + " the fencing token of each in $HOLDFAST_TOKEN, and a signal when a lock is lost; it"
            + " inherits nothing.");
    synopsis(
        "usage: holdfast lock [OPTIONS] NAME... -- CMD [ARG...]",
        "       holdfast lock [OPTIONS] NAME... -c COMMAND",
        "       holdfast lock [OPTIONS] --fd N");
    exitStatus(
        "*:what the program ended with; 128 and the number of the signal that killed it",
        "2:wrong use",
        "3:the lock cannot be used, and the program was not run; a lock on a server was lost while"
            + " it ran",
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
        "  at most four at a time:",
        "    holdfast lock --slots 4 /run/lock/render -- render frame-17",
        "  the rest of a shell script:",
        "    exec 9>>/run/lock/backup; holdfast lock --no-wait --fd 9 || exit",
        "  a lock that the members of a group share:",
        "    holdfast lock --group backup /run/lock/backup -- backup /home",
        "  one machine of many, the others end with 0:",
        "    holdfast lock -n -E 0 --kind zookeeper --at zk1,zk2/locks nightly -- nightly",
        "",
        "Each start is that of a JVM, about a tenth of a second. In a tight loop use",
        "flock(1), beside which --kind flock works, or the library in a program that",
        "is running anyway.");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SignalRelay.ordinaryQuit();
    check();
    if (descriptor.given()) {
      return lockDescriptor();
    }
    List<String> names = operands.or(List.of());
    List<String> program;
    if (shell.given()) {
      String wanted = System.getenv().getOrDefault("SHELL", "");
      program = List.of(wanted.isEmpty() ? "/bin/sh" : wanted, "-c", shell.get());
      if (names.isEmpty()) {
        throw CommandFailure.usage("NAME... -c COMMAND", "give at least one name");
      }
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
    if (at.given() || LockServers.areOnServers(kind.get())) {
      return runWithServer(names, program);
    }
    check(names);
    boolean one = kinds().size() == 1;
    OtherFamily others = one && !globals().quiet() ? OtherFamily.look() : null;
    // What there is to warn of is told as a note of this command.
    System.setProperty(ScopeProbe.SCOPE_PROPERTY, "quiet");
    LockTold told = told();
    Wanted wanted = wanted(names, told);
    Optional<List<Held>> held;
    long begun = System.nanoTime();
    if (waitsNot()) {
      held = wanted.tryAcquire();
    } else {
      try (LongWait _ = told.waiting(wanted.name(), wanted::holders)) {
        held = wanted.acquire(timeout.orNull());
      }
    }
    if (held.isEmpty()) {
      told.busy(wanted.name(), wanted::holders);
      return busy.get();
    }
    if (others != null) {
      told.beside(System.nanoTime() - begun < LONG_NANOS ? others : OtherFamily.look(), held.get());
    }
    return run(held.get(), program);
  }

  private boolean waitsNot() {
    return noWait.get() || (timeout.given() && timeout.get().isZero());
  }

  private Wanted wanted(List<String> names, LockTold told) throws IOException {
    NamedLocks locks =
        new NamedLocks(
            shared.get(), fair.get(), close.get(), mode.orNull(), group.orNull(), told, globals());
    return slots.given()
        ? Wanted.oneOf(names.getFirst(), locks.of(Kinds.OFD, names.getFirst()), slots.get())
        : Wanted.all(names, locks.all(kinds(), names));
  }

  private LockTold told() {
    return new LockTold(globals().quiet(), this::say);
  }

  private void say(String message) {
    spec.commandLine().getErr().println(spec.qualifiedName() + ": " + Text.printable(message));
    spec.commandLine().getErr().flush();
  }

  private int lockDescriptor() throws IOException, InterruptedException {
    if (!operands.or(List.of()).isEmpty() || shell.given()) {
      throw CommandFailure.usage("--fd", "takes neither a name nor a program");
    }
    int fd = descriptor.get();
    if (!CallerState.hasDescriptor(fd)) {
      throw CommandFailure.usage("--fd", fd + " is not open: open it before, as in exec 9>>FILE");
    }
    DescriptorLock lock;
    try {
      lock = DescriptorLock.of(fd, NamedLocks.inheritable(kinds().getFirst(), close.get()));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--fd", String.valueOf(e.getMessage()));
    }
    if (unlock.get()) {
      lock.release();
      return ExitCode.OK;
    }
    Mode wanted = shared.get() ? Mode.SHARED : Mode.EXCLUSIVE;
    boolean granted;
    if (waitsNot()) {
      granted = lock.acquire(wanted, Deadline.PAST);
    } else {
      Deadline deadline = timeout.given() ? Deadline.after(timeout.get()) : Deadline.NONE;
      try (LongWait _ = told().waiting(lock.name(), lock::holders)) {
        granted = lock.acquire(wanted, deadline);
      }
    }
    if (granted) {
      return ExitCode.OK;
    }
    told().busy(lock.name(), lock::holders);
    return busy.get();
  }

  private void check() {
    if (noWait.get() && timeout.given()) {
      throw CommandFailure.usage("--no-wait", "makes no sense with --timeout");
    }
    if (shared.get() && exclusive.get()) {
      throw CommandFailure.usage("--shared", "makes no sense with --exclusive");
    }
    if (unlock.get() && !descriptor.given()) {
      throw CommandFailure.usage("--unlock", "needs --fd: a name is let go of when CMD ends");
    }
    if (atMost.given() && atMost.get().isZero()) {
      throw CommandFailure.usage("--at-most", "0 would end the program before it has begun");
    }
    if (descriptor.given() && (fair.get() || exec.get() || atMost.given() || slots.given())) {
      throw CommandFailure.usage("--fd", "makes no sense with --fair, --exec, --at-most, --slots");
    }
    boolean one = descriptor.given() || slots.given();
    if (one && !LockServers.areOnServers(kind.get()) && kinds().size() > 1) {
      throw CommandFailure.usage("--kind", "takes one kind only with --fd and --slots");
    }
  }

  private int runWithServer(List<String> names, List<String> program)
      throws IOException, InterruptedException {
    if (!at.given()) {
      throw CommandFailure.usage("--kind", kind.get() + " is on a server: say where with --at");
    }
    if (exec.get() || mode.given() || atMost.given()) {
      throw CommandFailure.usage("--at", "makes no sense with --exec, --mode or --at-most");
    }
    if (slots.given() && (slots.get() < 1 || shared.get())) {
      throw CommandFailure.usage("--slots", "takes at least 1, and not --shared");
    }
    Duration patience = noWait.get() ? Duration.ZERO : timeout.orNull();
    ServerLockRun.Wanted wanted =
        new ServerLockRun.Wanted(
            List.of(kind.get().split(",", -1)),
            at.get(),
            config.or(""),
            names,
            shared.get(),
            patience,
            slots.or(0),
            onLoss.get(),
            grace.get());
    return new ServerLockRun(wanted, globals().quiet(), this::say).run(program, busy.get());
  }

  private void check(List<String> names) {
    List<Kind> kinds = kinds();
    if (slots.given()
        && (slots.get() < 1 || names.size() > 1 || fair.get() || shared.get() || !isRecord())) {
      throw CommandFailure.usage(
          "--slots", "takes at least 1, one name, --kind ofd, and neither --shared nor --fair");
    }
    if (exec.get() && (names.size() > 1 || kinds.size() > 1)) {
      throw CommandFailure.usage("--exec", "takes one name and one kind only");
    }
    if (exec.get() && (close.get() || atMost.given())) {
      throw CommandFailure.usage("--exec", "makes no sense with --close or --at-most");
    }
    if (kinds.stream().anyMatch(IS_THE_FILE::contains)
        && kinds.stream().distinct().filter(AT_THE_NAME::contains).count() > 1) {
      // Each would find the file of the other, and be busy for ever.
      throw CommandFailure.usage(
          "--kind", kind.get() + " are at the same name: only ofd, posix and flock can share one");
    }
    if (busy.get() < 0 || busy.get() > 255) {
      throw CommandFailure.usage("-E", "an exit status is between 0 and 255");
    }
  }

  private boolean isRecord() {
    return NamedLocks.inheritable(kinds().getFirst(), close.get()).equals(Kinds.OFD);
  }

  private int run(List<Held> held, List<String> program) throws IOException {
    Map<String, String> variables =
        slots.given()
            ? Map.of("HOLDFAST_SLOT", Long.toString(held.getFirst().lock().key().start() + 1))
            : Map.of();
    LockedProgram locked = new LockedProgram(held, globals().quiet(), this::say);
    return exec.get()
        ? locked.takeOurPlace(program, variables)
        : locked.run(program, variables, close.get(), atMost.orNull());
  }
}
