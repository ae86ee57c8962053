package dev.holdfast.cli.lock;

import dev.holdfast.cli.child.Child;
import dev.holdfast.cli.child.ChildProgram;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.LockSet;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.remote.LockService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A program that is run while locks on a server are held, beside which there may be some of this
 * machine. It is told when one is lost, and has some time to end by itself.
 */
final class ServerLockRun {
  private static final Map<String, Integer> SIGNALS =
      Map.of(
          "TERM",
          Processes.SIGTERM,
          "INT",
          Processes.SIGINT,
          "HUP",
          Processes.SIGHUP,
          "KILL",
          Processes.SIGKILL,
          "USR1",
          10,
          "USR2",
          12,
          "NONE",
          0);

  /**
   * What was asked for.
   *
   * @param kinds their words
   * @param config a file of settings; empty for none
   * @param patience how long to wait; zero for not at all, null for ever
   * @param slots how many may hold it together; 0 for one, or for those who share it
   * @param signal what the program is told a loss by
   * @param grace after which it is killed
   */
  record Wanted(
      List<String> kinds,
      String at,
      String config,
      List<String> names,
      boolean shared,
      @Nullable Duration patience,
      int slots,
      String signal,
      Duration grace) {}

  private final Wanted wanted;
  private final boolean quiet;
  private final Consumer<String> say;
  private volatile boolean lost;

  ServerLockRun(Wanted wanted, boolean quiet, Consumer<String> say) {
    this.wanted = wanted;
    this.quiet = quiet;
    this.say = say;
    if (!SIGNALS.containsKey(wanted.signal())) {
      throw CommandFailure.usage(
          "--on-loss",
          "'" + wanted.signal() + "' is not one of TERM, INT, HUP, USR1, USR2, KILL," + " NONE");
    }
  }

  /**
   * @param busy what to end with if it was busy
   */
  int run(List<String> program, int busy) throws IOException, InterruptedException {
    String word =
        wanted.kinds().stream()
            .filter(LockServers.WORDS::contains)
            .findFirst()
            .orElseThrow(
                () ->
                    CommandFailure.usage(
                        "--at", "goes with --kind " + String.join(" or ", LockServers.WORDS)));
    try (LockService service =
        LockServers.connect(word, wanted.at(), wanted.config(), program.getFirst())) {
      LockSet set = locks(service, word);
      Optional<HeldSet> held = acquire(set);
      if (held.isEmpty()) {
        if (!quiet) {
          say.accept(String.join(", ", wanted.names()) + ": busy: held by " + holders(set));
        }
        return busy;
      }
      return run(held.get(), program);
    }
  }

  private LockSet locks(LockService service, String word) throws IOException {
    List<HostLock> locks = new ArrayList<>();
    for (String each : wanted.kinds()) {
      for (String name : wanted.names()) {
        try {
          HostLock lock =
              each.equals(word)
                  ? wanted.slots() > 0
                      ? service.semaphore(name, wanted.slots())
                      : service.lock(name)
                  : local(each).named(name);
          locks.add(wanted.shared() ? lock.shared() : lock);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
          throw CommandFailure.usage(name, String.valueOf(e.getMessage()));
        }
      }
    }
    return Locks.all(locks);
  }

  private static Kind local(String word) {
    return Kinds.of(word)
        .filter(kind -> !kind.equals(Kinds.MEMORY) && !LockServers.WORDS.contains(word))
        .orElseThrow(
            () -> CommandFailure.usage("--kind", "'" + word + "' does not go with the others"));
  }

  private Optional<HeldSet> acquire(LockSet set) throws IOException, InterruptedException {
    Duration patience = wanted.patience();
    if (patience == null) {
      return Optional.of(set.acquire());
    }
    if (patience.isZero()) {
      return set.tryAcquire();
    }
    return switch (set.attempt(patience)) {
      case LockSet.Result.Acquired(HeldSet held) -> Optional.of(held);
      case LockSet.Result.TimedOut(Outcome.TimedOut _) -> Optional.empty();
    };
  }

  private static String holders(LockSet set) throws IOException {
    List<Holder> holders = new ArrayList<>();
    for (HostLock lock : set.inOrder()) {
      holders.addAll(lock.holders());
    }
    return holders.isEmpty()
        ? "somebody"
        : holders.stream().map(Holder::toString).collect(Collectors.joining("; "));
  }

  private int run(HeldSet held, List<String> program) throws IOException {
    int status;
    try {
      List<String> tokens = new ArrayList<>();
      for (Held one : held.all()) {
        if (LockServers.WORDS.contains(one.lock().kind().word())) {
          tokens.add(Long.toString(one.token()));
        }
      }
      status =
          ChildProgram.run(
              program, Map.of("HOLDFAST_TOKEN", String.join(",", tokens)), new Job(held));
    } finally {
      letGo(held);
    }
    return lost ? ExitCode.UNDECIDED : status;
  }

  private void letGo(HeldSet held) {
    for (Held one : held.all().reversed()) {
      try {
        one.close();
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof LockLostException) {
          tellLost(one);
        } else {
          say.accept(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
        }
      }
    }
  }

  private void tellLost(Held one) {
    lost = true;
    say.accept(
        one.lock().name() + ": was lost while the program ran: another may have run beside it");
  }

  /** What is done around the program. */
  private final class Job implements ChildProgram.Run {
    private final HeldSet held;

    Job(HeldSet held) {
      this.held = held;
    }

    @Override
    public void started(Child child) {
      for (Held one : held.all()) {
        one.onLost(
            () -> {
              tellLost(one);
              end(child);
            });
      }
    }

    private void end(Child child) {
      int signal = SIGNALS.getOrDefault(wanted.signal(), 0);
      if (signal == 0) {
        return;
      }
      child.kill(signal);
      child.kill(Processes.SIGCONT);
      try {
        Thread.sleep(wanted.grace());
        child.kill(Processes.SIGKILL);
      } catch (InterruptedException itEnded) {
        return;
      }
    }
  }
}
