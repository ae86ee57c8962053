package dev.holdfast.prove;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.observe.Attacker;
import dev.holdfast.prove.observe.MutationObserver;
import dev.holdfast.prove.observe.Observation;
import dev.holdfast.prove.observe.ObservedCall;
import dev.holdfast.prove.observe.Observer;
import dev.holdfast.prove.observe.Operation;
import dev.holdfast.prove.observe.Resolver;
import dev.holdfast.prove.observe.Site;
import dev.holdfast.prove.observe.VolatileNames;
import dev.holdfast.prove.plan.CrashPlanner;
import dev.holdfast.prove.plan.Plan;
import dev.holdfast.prove.plan.PlannedWindow;
import dev.holdfast.prove.plan.Planner;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceException;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.trace.Watchdog;
import dev.holdfast.prove.trial.Guards;
import dev.holdfast.prove.trial.Setting;
import dev.holdfast.prove.trial.Trials;
import dev.holdfast.prove.trial.VictimOutput;
import dev.holdfast.prove.world.WorldException;
import dev.holdfast.prove.world.Worlds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One proof from set-up to verdicts. */
final class Session implements AutoCloseable {
  private static final Set<Sysno> OBSERVED = observed();

  private final Case what;
  private final Progress progress;
  private final Worlds worlds;
  private final Roles roles;
  private final Attacker attacker;
  private final Program victim;
  private final List<String> notes = new ArrayList<>();

  private static Set<Sysno> observed() {
    Set<Sysno> all = EnumSet.copyOf(Operation.PATH_CALLS);
    all.addAll(Operation.DESCRIPTOR_CALLS);
    return all;
  }

  private Session(Case what, Progress progress, Worlds worlds, Roles roles) {
    this.what = what;
    this.progress = progress;
    this.worlds = worlds;
    this.roles = roles;
    this.attacker = roles.attacker();
    this.victim = roles.victim();
  }

  static Session open(Case what, Progress progress) throws ProveException {
    String reason = Host.whyNot();
    if (reason != null) {
      throw new ProveException(reason);
    }
    for (Intruder intruder : what.intruders()) {
      if (intruder != Intruder.ATTACKER && what.checks().isEmpty()) {
        throw ProveException.wrongUse(
            "--intruder "
                + intruder.name().toLowerCase(Locale.ROOT)
                + " needs --check: without an invariant nothing can break");
      }
    }
    if (what.intruders().contains(Intruder.RIVAL) == what.rivals().isEmpty()) {
      throw ProveException.wrongUse(
          what.rivals().isEmpty()
              ? "--intruder rival needs --rival: the command that it runs"
              : "--rival says nothing without --intruder rival");
    }
    Watchdog.prepare();
    Roles roles = Roles.of(what);
    Worlds worlds;
    try {
      worlds = new Worlds(roles.own(), Host.inUserNamespace());
    } catch (WorldException e) {
      throw new ProveException(String.valueOf(e.getMessage()), e);
    }
    Session session = new Session(what, progress, worlds, roles);
    try {
      session.setUp();
    } catch (WorldException | TraceException e) {
      session.close();
      throw new ProveException("the set-up failed: " + e.getMessage(), e);
    } catch (ProveException e) {
      session.close();
      throw e;
    }
    return session;
  }

  private void setUp() throws ProveException {
    int total = what.setup().size();
    if (total == 0) {
      // Then there is nothing to freeze: each world makes its own directories.
      return;
    }
    String failure =
        worlds.freeze(
            world -> {
              VictimOutput.create();
              try (Tracer tracer =
                  new Tracer(Duration.ofMinutes(5), world.hostProc(), Worlds::protectProc)) {
                for (int i = 0; i < total; i++) {
                  progress.step("set-up", i, total);
                  String command = what.setup().get(i);
                  Ending ending =
                      tracer.run(
                          roles.shell(command), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
                  if (ending.code() != 0) {
                    return "the set-up '"
                        + command
                        + "' exits "
                        + ending.code()
                        + ": "
                        + VictimOutput.read();
                  }
                }
              }
              return "";
            });
    if (!failure.isEmpty()) {
      throw new ProveException(failure);
    }
  }

  private record Timed(Observation observation, Duration duration) {}

  private Timed observe(VolatileNames volatileNames) throws ProveException {
    return watched(
        world -> {
          Resolver resolver = new Resolver(world, attacker);
          return new Observer(resolver, attacker, volatileNames);
        },
        OBSERVED);
  }

  private interface Watcher {
    TraceHandler in(int hostProc);
  }

  private Timed watched(Watcher watcher, Set<Sysno> wanted) throws ProveException {
    try {
      return worlds.inFreshWorld(
          world -> {
            VictimOutput.create();
            TraceHandler handler = watcher.in(world.hostProc());
            try (Tracer tracer =
                new Tracer(what.timeout(), world.hostProc(), Worlds::protectProc)) {
              long start = System.nanoTime();
              Ending ending = tracer.run(victim, wanted, handler);
              Duration duration = Duration.ofNanos(System.nanoTime() - start);
              boolean orphans = tracer.orphansLeft();
              String output = VictimOutput.read();
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

  private static void requireFollowable(Observation observation) throws ProveException {
    if (observation.ending() instanceof Ending.Foreign) {
      throw new ProveException(
          "the victim calls the kernel as a 32-bit program (i386 or x32); only native programs can"
              + " be followed");
    }
  }

  Proof listWindows() throws ProveException {
    progress.step("observe", 0, 0);
    Observation observation = observe(VolatileNames.NONE).observation();
    requireFollowable(observation);
    Plan plan =
        new Planner(observation, VolatileNames.NONE, attacker.uid(), !what.checks().isEmpty())
            .plan();
    List<WindowResult> windows =
        plan.windows().stream()
            .map(
                w ->
                    new WindowResult(
                        w.window(), Verdict.SURVIVED, Set.of(), null, List.of(), List.of()))
            .toList();
    return proof(observation, windows, 0, plan.pruned());
  }

  Proof prove(@Nullable String onlyWindow, Predicate<WindowResult> enough) throws ProveException {
    progress.step("observe", 0, 0);
    Timed first = observe(VolatileNames.NONE);
    Observation observation = first.observation();
    requireFollowable(observation);
    if (observation.ending() instanceof Ending.TimedOut) {
      notes.add(
          "the undisturbed run did not end within "
              + what.timeout().toMillis()
              + " ms and was killed");
    }
    VolatileNames volatileNames = volatileNames(observation);
    if (!volatileNames.isEmpty()) {
      observation = observe(volatileNames).observation();
    }
    List<PlannedWindow> windows = new ArrayList<>();
    Map<String, Integer> pruned = new TreeMap<>();
    if (what.intruders().contains(Intruder.ATTACKER)) {
      Plan plan =
          new Planner(observation, volatileNames, attacker.uid(), !what.checks().isEmpty()).plan();
      windows.addAll(plan.windows());
      pruned.putAll(plan.pruned());
    }
    if (!Set.of(Intruder.ATTACKER).containsAll(what.intruders())) {
      VolatileNames names = volatileNames;
      Timed mutations =
          watched(
              world -> new MutationObserver(new Resolver(world, attacker), names, roles.ownPaths()),
              MutationObserver.CALLS);
      CrashPlanner planner = new CrashPlanner(mutations.observation(), names);
      windows.addAll(
          planner.plan(
              what.intruders().contains(Intruder.KILL), what.intruders().contains(Intruder.COPY)));
      windows.addAll(planner.plan(what.rivals()));
    }
    Setting setting =
        new Setting(
            worlds,
            victim,
            roles::shell,
            what.checks(),
            attacker,
            volatileNames,
            roles.arenaPaths(),
            attacker.sameUser() ? Set.of() : Guards.set(),
            Trials.random("injected-"),
            what.timeout(),
            first.duration());
    Trials trials = new Trials(setting);
    if (!what.checks().isEmpty()) {
      String broken = trials.undisturbed();
      if (!broken.isEmpty()) {
        throw new ProveException("without any intruder " + broken);
      }
    }
    if (onlyWindow != null) {
      windows.removeIf(w -> !w.window().id().equals(onlyWindow));
      if (windows.isEmpty()) {
        throw ProveException.wrongUse(
            "no window has the id " + onlyWindow + " in this run; see --list-windows");
      }
    }
    if (what.maxTrials() > 0 && windows.size() > what.maxTrials()) {
      notes.add(
          "only the first "
              + what.maxTrials()
              + " of "
              + windows.size()
              + " windows were tried (--max-trials)");
      windows = windows.subList(0, what.maxTrials());
    }
    List<WindowResult> results = decideAll(trials, windows, enough);
    return proof(observation, results, trials.count(), pruned);
  }

  /** Two more runs tell which names are made up anew each time. */
  private VolatileNames volatileNames(Observation first) throws ProveException {
    if (first.interesting().isEmpty()) {
      return VolatileNames.NONE;
    }
    Observation second = observe(VolatileNames.NONE).observation();
    return VolatileNames.NONE.learn(sites(first), sites(second));
  }

  private static List<Site> sites(Observation observation) {
    return observation.interesting().stream().map(ObservedCall::site).toList();
  }

  private List<WindowResult> decideAll(
      Trials trials, List<PlannedWindow> windows, Predicate<WindowResult> enough)
      throws ProveException {
    int jobs = what.jobs() > 0 ? what.jobs() : Runtime.getRuntime().availableProcessors();
    AtomicInteger done = new AtomicInteger();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            jobs, Thread.ofPlatform().daemon().name("holdfast-trials-", 0).factory());
    try {
      List<Future<WindowResult>> futures = new ArrayList<>();
      for (PlannedWindow window : windows) {
        futures.add(
            workers.submit(
                () -> {
                  WindowResult result = trials.decide(window);
                  synchronized (progress) {
                    progress.step("try", done.incrementAndGet(), windows.size());
                  }
                  return result;
                }));
      }
      List<WindowResult> results = new ArrayList<>();
      for (Future<WindowResult> future : futures) {
        results.add(future.get());
        if (enough.test(results.getLast())) {
          break;
        }
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProveException("interrupted", e);
    } catch (ExecutionException e) {
      throw new ProveException("a trial failed: " + e.getCause(), e);
    } finally {
      // What was not begun is dropped, and what was begun still uses the worlds.
      workers.shutdownNow();
      workers.close();
    }
  }

  private Proof proof(
      Observation observation,
      List<WindowResult> windows,
      int trials,
      Map<String, Integer> pruned) {
    if (attacker.sameUser()) {
      notes.add("the intruder is the same user: here is no second identity");
    }
    if (observation.orphansLeft()) {
      notes.add("the program left tasks running behind, which were killed a second after it");
    }
    if (observation.ending().code() != 0) {
      String output = observation.output();
      notes.add(
          "the undisturbed run ended with "
              + observation.ending().code()
              + (output.isEmpty() ? "" : ": " + output.lines().findFirst().orElse("")));
    }
    return new Proof(
        what.argv(),
        roles.userName(),
        attacker.name(),
        observation.callCount(),
        observation.taskCount(),
        observation.ending().code(),
        !(observation.ending() instanceof Ending.TimedOut),
        windows,
        trials,
        pruned,
        notes);
  }

  @Override
  public void close() {
    worlds.close();
  }
}
