package dev.holdfast.prove;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.LeftOut;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.model.Ways;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.plan.Filter;
import dev.holdfast.prove.plan.Plan;
import dev.holdfast.prove.plan.Planner;
import dev.holdfast.prove.plan.ProgramPlanner;
import dev.holdfast.prove.schedule.Schedules;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceException;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.trace.Watchdog;
import dev.holdfast.prove.trial.Guards;
import dev.holdfast.prove.trial.Readiness;
import dev.holdfast.prove.trial.Runs;
import dev.holdfast.prove.trial.Setting;
import dev.holdfast.prove.trial.Trials;
import dev.holdfast.prove.trial.VictimOutput;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.Observer;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.VolatileNames;
import dev.holdfast.prove.world.WorldException;
import dev.holdfast.prove.world.Worlds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One proof from set-up to verdicts. */
final class Session implements AutoCloseable {
  private static final int RUNS_FOR_A_WINDOW = 4;

  /** To follow one takes two, and twice as many are left for what is to be decided. */
  private static final int RUNS_FOR_A_WAY = 6;

  private final Case what;
  private final Progress progress;
  private final Worlds worlds;
  private final Roles roles;
  private final Attacker attacker;
  private final Program victim;
  private final UndisturbedRuns undisturbed;
  private final List<String> notes;

  private Session(
      Case what,
      Progress progress,
      Worlds worlds,
      Roles roles,
      Program victim,
      List<String> notes) {
    this.what = what;
    this.progress = progress;
    this.worlds = worlds;
    this.roles = roles;
    this.attacker = roles.attacker();
    this.victim = victim;
    this.undisturbed = new UndisturbedRuns(what, progress, worlds, roles, victim);
    this.notes = notes;
  }

  static Session open(Case what, Progress progress) throws ProveException {
    String reason = Host.whyNot();
    if (reason != null) {
      throw new ProveException(reason);
    }
    refuseWrongUse(what);
    Watchdog.prepare();
    Roles roles = Roles.of(what);
    Worlds worlds;
    try {
      worlds = new Worlds(roles.own(), Host.inUserNamespace());
    } catch (WorldException e) {
      throw new ProveException(String.valueOf(e.getMessage()), e);
    }
    List<String> notes = new ArrayList<>();
    try {
      setUp(what, progress, worlds, roles);
      Program victim = startingWhereItCan(what, worlds, roles, notes);
      return new Session(what, progress, worlds, roles, victim, notes);
    } catch (WorldException | TraceException e) {
      worlds.close();
      throw new ProveException("the set-up failed: " + e.getMessage(), e);
    } catch (ProveException e) {
      worlds.close();
      throw e;
    }
  }

  private static void refuseWrongUse(Case what) throws ProveException {
    String until = what.until();
    try {
      if (until != null) {
        Readiness.of(until);
      }
    } catch (IllegalArgumentException e) {
      throw ProveException.wrongUse("--until " + until + ": " + e.getMessage());
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
  }

  private static void setUp(Case what, Progress progress, Worlds worlds, Roles roles)
      throws ProveException {
    int total = what.setup().size();
    if (total == 0) {
      // Then there is nothing to freeze: each world makes its own directories.
      return;
    }
    String failure =
        worlds.freeze(
            world -> {
              VictimOutput.create();
              try (Tracer tracer = world.tracer(Duration.ofMinutes(5))) {
                for (int i = 0; i < total; i++) {
                  progress.step("set-up", i, total);
                  String command = what.setup().get(i);
                  Ending ending =
                      tracer.run(
                          roles.shell(command), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
                  if (ending.code() != 0) {
                    String said = VictimOutput.lastLines();
                    return "the set-up '"
                        + command
                        + "' exits "
                        + ending.code()
                        + (said.isEmpty() ? ", and printed nothing" : ": " + said);
                  }
                }
              }
              return "";
            });
    if (!failure.isEmpty()) {
      throw new ProveException(failure);
    }
  }

  /** The victim; what the worlds hide of its command is said before anything is tried. */
  private static Program startingWhereItCan(
      Case what, Worlds worlds, Roles roles, List<String> notes) throws ProveException {
    HiddenNames hidden = HiddenNames.of(what, roles.own(), worlds);
    for (String name : hidden.names()) {
      if (HiddenNames.isProgram(name, what.directory(), what.argv())) {
        throw ProveException.wrongUse(
            name
                + ": the worlds have a directory of their own there, which hides it: put the"
                + " program elsewhere, or make it in --setup");
      }
      notes.add(
          name
              + ": is on this host, but the worlds have a directory of their own there, which"
              + " hides it");
    }
    if (hidden.directory()) {
      notes.add(
          what.directory()
              + ": the worlds have a directory of their own there, which hides it: the"
              + " program starts in /");
      return roles.victim().in("/");
    }
    return roles.victim();
  }

  /** What an undisturbed run leaves to others than root. */
  List<Arena> arenas() throws ProveException {
    return undisturbed.arenas();
  }

  /** Every schedule of the case's command and others. */
  ScheduleProof schedules(Together how, @Nullable String replay) throws ProveException {
    List<Program> programs = new ArrayList<>();
    List<String> titles = new ArrayList<>();
    for (int i = 0; i < how.runs(); i++) {
      programs.add(victim);
      titles.add(Text.shellLine(what.argv()));
    }
    for (String command : how.others()) {
      programs.add(
          new Program(
              List.of("/bin/sh", "-c", command),
              victim.environment(),
              victim.directory(),
              victim.uid(),
              victim.gid(),
              victim.groups(),
              victim.output()));
      titles.add(command);
    }
    try {
      Schedules all =
          new Schedules(worlds, programs, titles, how, what.timeout(), jobs(), progress);
      return all.prove(replay);
    } catch (Schedules.SerialException | TraceException | WorldException e) {
      throw new ProveException(String.valueOf(e.getMessage()), e);
    }
  }

  Proof listWindows() throws ProveException {
    progress.step("observe", 0, 0);
    Observation observation = undisturbed.observe(VolatileNames.NONE).observation();
    UndisturbedRuns.requireFollowable(observation);
    Plan plan = filter().of(plan(observation, VolatileNames.NONE));
    if (!FurtherWays.leading(plan).isEmpty()) {
      notes.add(
          "where the program goes on after a first move of the intruder, it may have further"
              + " windows: those are found only by trying");
    }
    return proof(observation, List.of(), plan.windows(), List.of(), Ways.NONE, 0, plan.pruned());
  }

  private Filter filter() {
    return new Filter(what.only(), what.under(), what.exclude());
  }

  private Planner planner(Observation observation, VolatileNames names) {
    return new Planner(observation, names, attacker.uid(), !what.checks().isEmpty());
  }

  private int jobs() {
    int jobs = what.jobs() > 0 ? what.jobs() : Runtime.getRuntime().availableProcessors();
    // Few runs decide one window after the other, rather than several by half.
    return what.maxTrials() > 0 ? Math.clamp(what.maxTrials() / RUNS_FOR_A_WINDOW, 1, jobs) : jobs;
  }

  private boolean hasPrograms() {
    return !Set.of(Intruder.ATTACKER).containsAll(what.intruders());
  }

  /** The scenarios of every intruder that the case names. */
  private Plan plan(Observation observation, VolatileNames names) throws ProveException {
    Plan plan = Plan.NONE;
    if (what.intruders().contains(Intruder.ATTACKER)) {
      plan = planner(observation, names).plan();
    }
    if (!hasPrograms()) {
      return plan;
    }
    ProgramPlanner programs = new ProgramPlanner(undisturbed.observeChanges(names), names);
    List<Strike> atChanges = new ArrayList<>();
    if (what.intruders().contains(Intruder.KILL)) {
      atChanges.add(Strike.KILL);
    }
    if (what.intruders().contains(Intruder.COPY)) {
      atChanges.add(Strike.COPY);
    }
    return plan.and(programs.beforeChanges(atChanges)).and(programs.beforeCalls(what.rivals()));
  }

  Proof prove(@Nullable String onlyWindow, Predicate<WindowResult> enough) throws ProveException {
    progress.step("observe", 0, 0);
    UndisturbedRuns.Timed first = undisturbed.observe(VolatileNames.NONE);
    Observation observation = first.observation();
    UndisturbedRuns.requireFollowable(observation);
    if (observation.ending() instanceof Ending.TimedOut) {
      notes.add(
          "the undisturbed run did not end within "
              + what.timeout().toMillis()
              + " ms and was killed"
              + last(observation));
    }
    VolatileNames volatileNames = undisturbed.volatileNames(observation);
    if (hasPrograms()) {
      volatileNames = undisturbed.volatileNamesOfChanges(volatileNames);
    }
    if (!volatileNames.isEmpty()) {
      observation = undisturbed.observe(volatileNames).observation();
    }
    Setting setting =
        new Setting(
            worlds,
            victim,
            undisturbed.service(),
            roles::shell,
            what.checks(),
            attacker,
            volatileNames,
            roles.arenaPaths(),
            attacker.sameUser() ? Set.of() : Guards.set(),
            Trials.random("injected-"),
            ConcurrentHashMap.newKeySet(),
            what.timeout(),
            first.duration());
    boolean unlimited = what.maxTrials() == 0 || onlyWindow != null;
    Runs runs = unlimited ? Runs.unlimited() : Runs.atMost(what.maxTrials());
    Trials trials = new Trials(setting, runs);
    if (!what.checks().isEmpty()) {
      String broken = trials.undisturbed();
      if (!broken.isEmpty()) {
        throw new ProveException("without any intruder " + broken);
      }
    }
    Plan plan = plan(observation, volatileNames);
    Decisions decisions = new Decisions(trials, what, progress, enough, this::isInArena, jobs());
    Plan asked = asked(plan, onlyWindow);
    decisions.decide(asked.scenarios(), first.duration());
    // A program that does not end would take all of its time on each way.
    boolean ends = !(observation.ending() instanceof Ending.TimedOut);
    boolean replayed = onlyWindow != null && !decisions.results().isEmpty();
    Ways ways = Ways.NONE;
    if (ends && !replayed && !decisions.areEnough()) {
      FurtherWays next =
          new FurtherWays(trials, observation, this::planner, new MadeUpNames(worlds), progress);
      Plan further =
          next.after(
              onlyWindow == null ? asked : plan,
              jobs(),
              runs.left() / RUNS_FOR_A_WAY,
              what.all(),
              onlyWindow);
      decisions.decide(asked(further, onlyWindow).scenarios(), first.duration());
      plan = plan.and(further);
      ways = next.ways();
    } else if (progress.isCancelled()) {
      ways = new Ways(0, 0, FurtherWays.leading(asked).size());
    }
    if (onlyWindow == null) {
      plan = filter().of(plan);
    } else if (decisions.results().isEmpty() && !decisions.areEnough()) {
      throw new ProveException(
          "no window has the id "
              + onlyWindow
              + " in this run: --list-windows lists those on the program's own way; where threads"
              + " take turns, or the program has changed, prove it as a whole again");
    }
    noteWhatWasNotTried(decisions, observation, setting, ways);
    return proof(
        observation,
        decisions.results(),
        decisions.untried(),
        decisions.leftOut(),
        ways,
        runs.made(),
        plan.pruned());
  }

  private void noteWhatWasNotTried(
      Decisions decisions, Observation observation, Setting setting, Ways ways) {
    int untried = decisions.untried().size();
    if (untried > 0) {
      notes.add(
          untried
              + " of "
              + (untried + decisions.results().size())
              + " windows were not tried, since "
              + (progress.isCancelled()
                  ? "it was interrupted"
                  : what.maxTrials() + " runs were made (--max-trials)"));
    }
    if (observation.below().size() >= Observer.MOST_BELOW) {
      notes.add(
          "of relative names below directories that the attacker cannot change only the first "
              + Observer.MOST_BELOW
              + " are in what a directory above is exchanged for");
    }
    for (String directory : new TreeSet<>(setting.cutShort())) {
      notes.add(
          Raw.display(directory)
              + " has more names, or deeper ones, than were put into what it was exchanged for:"
              + " those were not tried");
    }
    if (ways.alike() > 0) {
      notes.add(
          Text.count(ways.alike(), "way")
              + " on which a first move leads the program "
              + (ways.alike() == 1 ? "was" : "were")
              + " not followed, since others of the same kind were (--all)");
    }
  }

  /** What the user wants to be tried. */
  private Plan asked(Plan plan, @Nullable String onlyWindow) {
    return onlyWindow == null
        ? filter().of(plan)
        : new Plan(
            plan.scenarios().stream().filter(s -> s.window().id().equals(onlyWindow)).toList(),
            plan.pruned());
  }

  private boolean isInArena(String path) {
    return roles.arenaPaths().stream().anyMatch(a -> path.equals(a) || path.startsWith(a + "/"));
  }

  private Proof proof(
      Observation observation,
      List<WindowResult> windows,
      List<Window> listed,
      List<LeftOut> leftOut,
      Ways ways,
      int trials,
      Map<String, Integer> pruned) {
    undisturbed.clientNote().ifPresent(notes::add);
    if (attacker.sameUser()) {
      notes.add("the intruder runs as the same user: no second identity is available here");
    }
    if (observation.orphansLeft()) {
      notes.add("the program left tasks running behind, which were killed when they went on");
    }
    boolean timedOut = observation.ending() instanceof Ending.TimedOut;
    if (observation.ending().code() != 0 && !timedOut) {
      notes.add(
          "the undisturbed run ended with " + observation.ending().code() + last(observation));
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
        listed,
        leftOut,
        ways,
        trials,
        pruned,
        notes);
  }

  private static String last(Observation observation) {
    return observation.output().isEmpty() ? "" : ", and printed last: " + observation.output();
  }

  @Override
  public void close() {
    worlds.close();
  }
}
