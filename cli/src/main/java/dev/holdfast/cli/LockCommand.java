package dev.holdfast.cli;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Lock;
import dev.holdfast.locks.LockSet;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.ScopeProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code holdfast lock}. */
final class LockCommand extends Command {
  static final int CANNOT_EXECUTE = 126;
  static final int NOT_FOUND = 127;

  /** For Java programs, or for versions to come. */
  private static final Set<Kind> FOR_OTHERS =
      EnumSet.of(Kind.MEMORY, Kind.ZOOKEEPER, Kind.POSTGRESQL);

  private final Value<Kind> kind =
      option(
              "--kind",
              "KIND",
              Kind.class,
              "What to lock with: ofd (default), posix, flock, file, nfs, pid, device, mail, port,"
                  + " socket.")
          .read(new Kinds())
          .ordinarily("ofd");

  private final Value<Boolean> shared =
      flag("--shared", "Share the lock with others who share it.");

  private final Value<Duration> timeout =
      option(
              "--timeout",
              "DURATION",
              Duration.class,
              "Wait for at most so long, such as 500ms, 10s or 2m. Default: for ever.")
          .read(new Durations());

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
          "--exec",
          "Have the program take our place, with the lock (one name; ofd and flock only).");

  private final Value<List<String>> operands =
      operands(
          1,
          "NAME... -- CMD",
          "A path; a number for a port; a name for a socket. Then the program to run.");

  /** Kinds by the words of the command line. */
  static final class Kinds implements ITypeConverter<Kind> {
    @Override
    public Kind convert(String word) {
      for (Kind kind : Kind.values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      String all =
          Arrays.stream(Kind.values())
              .filter(each -> !FOR_OTHERS.contains(each))
              .map(each -> each.word)
              .collect(Collectors.joining(", "));
      throw new TypeConversionException("'" + word + "' is none of " + all);
    }
  }

  LockCommand() {
    super("lock");
    description(
        "Runs a program while it holds one or several locks, and ends as the program ends.",
        "",
        "Several names are taken in one order, whatever the order they are given in, so that two"
            + " commands cannot wait for each other for ever. Signals are passed on to the program."
            + " It does not inherit the lock, so a daemon that it leaves behind does not keep it;"
            + " with --exec the program takes our place and keeps the lock until the last process"
            + " that inherited it has ended.");
    synopsis("usage: holdfast lock [OPTIONS] NAME... -- CMD [ARG...]");
    exitStatus(
        "*:what the program ended with; 128 and the number of the signal that killed it",
        "2:wrong use",
        "3:the lock cannot be used, and the program was not run",
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
    List<String> original = spec.commandLine().getParseResult().originalArgs();
    int separator = original.indexOf("--");
    int length = separator < 0 ? 0 : original.size() - separator - 1;
    if (length == 0 || length >= operands.get().size()) {
      throw CommandFailure.usage("NAME... -- CMD", "give at least one name, --, and a program");
    }
    int count = operands.get().size() - length;
    List<String> names = operands.get().subList(0, count);
    List<String> program = operands.get().subList(count, operands.get().size());
    check(names);
    // What there is to warn of is told as a note of this command.
    System.setProperty(ScopeProbe.SCOPE_PROPERTY, "quiet");
    LockSet set = locks(names);
    LockSet.Result result;
    if (noWait.get()) {
      Optional<HeldSet> now = set.tryAcquire();
      if (now.isEmpty()) {
        return tellBusy(names, holders(set));
      }
      result = new LockSet.Result.Acquired(now.get());
    } else {
      result =
          timeout.given() ? set.attempt(timeout.get()) : new LockSet.Result.Acquired(set.acquire());
    }
    return switch (result) {
      case LockSet.Result.Acquired(HeldSet held) -> run(held, program);
      case LockSet.Result.TimedOut(Outcome.TimedOut late) ->
          tellBusy(List.of(late.lock()), late.holders());
    };
  }

  private void check(List<String> names) {
    if (noWait.get() && timeout.given()) {
      throw CommandFailure.usage("--no-wait", "makes no sense with --timeout");
    }
    if (exec.get() && names.size() > 1) {
      throw CommandFailure.usage("--exec", "takes one name only");
    }
    if (exec.get() && kind.get() != Kind.OFD && kind.get() != Kind.FLOCK) {
      throw CommandFailure.usage("--exec", "a " + kind.get().title + " cannot be passed on");
    }
    if (kind.get() == Kind.ZOOKEEPER || kind.get() == Kind.POSTGRESQL) {
      throw CommandFailure.usage("--kind", kind.get().word + " is not built into this version");
    }
    if (busy.get() < 0 || busy.get() > 255) {
      throw CommandFailure.usage("-E", "an exit status is between 0 and 255");
    }
  }

  private LockSet locks(List<String> names) throws IOException {
    List<Lock> locks = new ArrayList<>();
    for (String name : names) {
      probe(name);
      try {
        Lock lock = Locks.named(kind.get(), name);
        lock = shared.get() ? lock.shared() : lock;
        locks.add(fair.get() ? lock.fair() : lock);
      } catch (UnsupportedOperationException | IllegalArgumentException e) {
        throw CommandFailure.usage(name, String.valueOf(e.getMessage()));
      }
    }
    return Locks.all(locks);
  }

  /** Refuses or warns where this kind does not exclude. */
  private void probe(String name) throws IOException {
    boolean elsewhere = name.indexOf('/') < 0 && kind.get() == Kind.PID_FILE;
    if (elsewhere
        || kind.get() == Kind.DEVICE
        || kind.get() == Kind.PORT
        || kind.get() == Kind.SOCKET) {
      return;
    }
    ScopeProbe probe = ScopeProbe.of(kind.get(), Path.of(name));
    switch (probe.level()) {
      case GOOD -> {}
      case WARN -> {
        if (!globals().quiet()) {
          String note = spec.qualifiedName() + ": note: " + name + ": is on " + probe.why();
          spec.commandLine().getErr().println(note.replaceAll("\\p{Cntrl}", "?"));
          spec.commandLine().getErr().flush();
        }
      }
      case REFUSE ->
          throw CommandFailure.undecided(
              name, "a " + kind.get().title + " is of no use there: " + probe.why());
    }
  }

  private static List<Holder> holders(LockSet set) throws IOException {
    List<Holder> holders = new ArrayList<>();
    for (Lock lock : set.inOrder()) {
      holders.addAll(lock.holders());
    }
    return holders;
  }

  private int tellBusy(List<String> names, List<Holder> holders) {
    String who =
        holders.isEmpty()
            ? "somebody"
            : holders.stream().map(Holder::toString).collect(Collectors.joining("; "));
    spec.commandLine()
        .getErr()
        .println(
            spec.qualifiedName()
                + ": "
                + String.join(", ", names)
                + ": busy: held by "
                + who.replaceAll("\\p{Cntrl}", "?"));
    spec.commandLine().getErr().flush();
    return busy.get();
  }

  private int run(HeldSet held, List<String> program) throws IOException, InterruptedException {
    try (held) {
      if (exec.get()) {
        Held only = held.all().getFirst();
        ChildProgram.keepDescriptors();
        Locks.passOn(only);
        return ChildProgram.replaceThisProcess(program);
      }
      return ChildProgram.run(program, Map.of());
    }
  }
}
