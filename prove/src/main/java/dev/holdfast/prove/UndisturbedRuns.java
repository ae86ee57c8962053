package dev.holdfast.prove;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceException;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.trial.Readiness;
import dev.holdfast.prove.trial.Service;
import dev.holdfast.prove.trial.VictimOutput;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.MutationObserver;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.Observer;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Resolver;
import dev.holdfast.prove.watch.VolatileNames;
import dev.holdfast.prove.world.WorldException;
import dev.holdfast.prove.world.Worlds;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs of the victim in which nobody interferes: what it does, which of the names that it uses are
 * made up anew in each run, and what it leaves behind.
 *
 * <p>Threads: one at a time.
 */
final class UndisturbedRuns {
  /** The calls that are watched. */
  static final Set<Sysno> OBSERVED = observed();

  private final Case what;
  private final Progress progress;
  private final Worlds worlds;
  private final Roles roles;
  private final Program victim;
  private final Attacker attacker;
  private final MadeUpNames madeUp;
  private String clientNote = "";

  UndisturbedRuns(Case what, Progress progress, Worlds worlds, Roles roles, Program victim) {
    this.what = what;
    this.progress = progress;
    this.worlds = worlds;
    this.roles = roles;
    this.victim = victim;
    this.attacker = roles.attacker();
    this.madeUp = new MadeUpNames(worlds);
  }

  private static Set<Sysno> observed() {
    Set<Sysno> all = EnumSet.copyOf(Operation.PATH_CALLS);
    all.addAll(Operation.DESCRIPTOR_CALLS);
    return all;
  }

  /** What is to be said of the clients; nothing if all is well. */
  Optional<String> clientNote() {
    return clientNote.isEmpty() ? Optional.empty() : Optional.of(clientNote);
  }

  /** A run, and how long it took. */
  record Timed(Observation observation, Duration duration) {}

  Timed observe(VolatileNames volatileNames) throws ProveException {
    return watched(
        world -> {
          Resolver resolver = new Resolver(world, attacker);
          return new Observer(resolver, attacker, volatileNames);
        },
        OBSERVED);
  }

  static void requireFollowable(Observation observation) throws ProveException {
    if (observation.ending() instanceof Ending.Foreign) {
      throw new ProveException(
          "the victim calls the kernel as a 32-bit program (i386 or x32); only native programs can"
              + " be followed");
    }
  }

  /** Another run tells which names are made up anew each time. */
  VolatileNames volatileNames(Observation first) throws ProveException {
    if (first.interesting().isEmpty()) {
      return VolatileNames.NONE;
    }
    MadeUpNames.awaitOtherMoment(first);
    return madeUp.learn(VolatileNames.NONE, first, observe(VolatileNames.NONE).observation());
  }

  /** Other programs, and a crash, meet names that the attacker cannot change. */
  VolatileNames volatileNamesOfChanges(VolatileNames known) throws ProveException {
    Observation first = observeChanges(VolatileNames.NONE);
    if (first.interesting().isEmpty()) {
      return known;
    }
    MadeUpNames.awaitOtherMoment(first);
    return madeUp.learn(known, first, observeChanges(VolatileNames.NONE));
  }

  Observation observeChanges(VolatileNames names) throws ProveException {
    return watched(
            world -> new MutationObserver(new Resolver(world, attacker), names, roles.ownPaths()),
            MutationObserver.CALLS)
        .observation();
  }

  private interface Watcher {
    TraceHandler in(int hostProc);
  }

  private Timed watched(Watcher watcher, Set<Sysno> wanted) throws ProveException {
    Timed timed = watchedInWorld(watcher, wanted);
    if (progress.isCancelled()) {
      throw new ProveException("interrupted before anything was tried");
    }
    return timed;
  }

  private Timed watchedInWorld(Watcher watcher, Set<Sysno> wanted) throws ProveException {
    try {
      return worlds.inFreshWorld(
          world -> {
            VictimOutput.create();
            TraceHandler handler = watcher.in(world.hostProc());
            try (Tracer tracer = world.tracer(what.timeout())) {
              long start = System.nanoTime();
              Service.Ran ran = service().run(tracer, victim, wanted, handler, what.timeout());
              requireUse(ran);
              Ending ending = ran.outcome();
              Duration duration = Duration.ofNanos(System.nanoTime() - start);
              boolean orphans = tracer.orphansLeft();
              String output = VictimOutput.lastLines();
              return new Timed(
                  handler instanceof Observer o
                      ? o.result(ending, orphans, output)
                      : ((MutationObserver) handler).result(ending, orphans, output),
                  duration);
            }
          });
    } catch (TraceException | WorldException e) {
      throw new ProveException(String.valueOf(e.getMessage()), e);
    }
  }

  Service service() {
    String until = what.until();
    return new Service(until == null ? null : Readiness.of(until), what.clients(), roles::shell);
  }

  /** A service that was not used shows nothing. */
  private void requireUse(Service.Ran ran) throws ProveException {
    if (!ran.ready()) {
      String output = VictimOutput.lastLines();
      boolean late =
          ran.ending() instanceof Ending.Killed || ran.ending() instanceof Ending.TimedOut;
      throw new ProveException(
          "the program "
              + (late
                  ? "was not ready within " + what.timeout().toMillis() + " ms"
                  : "ended with " + ran.ending().code() + " before it was ready")
              + (what.until() == null ? "" : " (--until " + what.until() + ")")
              + (output.isEmpty() ? "" : ": " + output));
    }
    if (ran.clientExit() != 0 && clientNote.isEmpty()) {
      clientNote = "a client ended with " + ran.clientExit() + " (--client)";
    }
  }

  /**
   * @param failure why there is nothing to be seen; empty if there is something
   */
  private record Left(String failure, List<Arena> arenas) {}

  /** What an undisturbed run leaves to others than root. */
  List<Arena> arenas() throws ProveException {
    progress.step("look for directories of others", 0, 0);
    try {
      Left left =
          worlds.inFreshWorld(
              world -> {
                VictimOutput.create();
                try (Tracer tracer = world.tracer(what.timeout())) {
                  Ending ending = tracer.run(victim, EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
                  return ending.code() == 0
                      ? new Left("", Arenas.in(world))
                      : new Left(failed(ending), List.of());
                }
              });
      if (!left.failure().isEmpty()) {
        throw new ProveException(left.failure());
      }
      return left.arenas();
    } catch (TraceException | WorldException e) {
      throw new ProveException(String.valueOf(e.getMessage()), e);
    }
  }

  private String failed(Ending ending) {
    String said = VictimOutput.lastLines();
    return "undisturbed, '"
        + Text.shellLine(what.argv())
        + "' "
        + (ending instanceof Ending.TimedOut
            ? "did not end within " + what.timeout().toMillis() + " ms (--timeout)"
            : "ended with " + ending.code())
        + (said.isEmpty() ? ", and printed nothing" : ": " + said);
  }
}
