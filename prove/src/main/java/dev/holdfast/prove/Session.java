package dev.holdfast.prove;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Identity;
import dev.holdfast.libc.Pwd;
import dev.holdfast.libc.Result;
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
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.Resolver;
import dev.holdfast.prove.observe.VolatileNames;
import dev.holdfast.prove.plan.CrashPlanner;
import dev.holdfast.prove.plan.Plan;
import dev.holdfast.prove.plan.PlannedWindow;
import dev.holdfast.prove.plan.Planner;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceException;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.trace.Watchdog;
import dev.holdfast.prove.trial.Guards;
import dev.holdfast.prove.trial.Setting;
import dev.holdfast.prove.trial.Trials;
import dev.holdfast.prove.trial.VictimOutput;
import dev.holdfast.prove.world.OwnDirectory;
import dev.holdfast.prove.world.WorldException;
import dev.holdfast.prove.world.Worlds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One proof from set-up to verdicts. */
final class Session implements AutoCloseable {
  private static final Set<Sysno> OBSERVED = observed();

  private final Case what;
  private final Progress progress;
  private final Worlds worlds;
  private final Attacker attacker;
  private final Program victim;
  private final Program shell;
  private final String userName;
  private final List<String> ownDirectories;
  private final List<String> notes = new ArrayList<>();

  private static Set<Sysno> observed() {
    Set<Sysno> all = EnumSet.copyOf(Operation.PATH_CALLS);
    all.addAll(Operation.DESCRIPTOR_CALLS);
    return all;
  }

  private Session(
      Case what,
      Progress progress,
      Worlds worlds,
      Attacker attacker,
      Pwd.User user,
      Program victim,
      List<String> ownDirectories) {
    this.what = what;
    this.progress = progress;
    this.worlds = worlds;
    this.attacker = attacker;
    this.userName = user.name();
    this.victim = victim;
    this.ownDirectories = ownDirectories;
    this.shell =
        new Program(
            List.of("/bin/sh", "-c"),
            victim.environment(),
            "/",
            0,
            0,
            List.of(),
            VictimOutput.PATH);
  }

  static Session open(Case what, Progress progress) throws ProveException {
    String reason = Host.whyNot();
    if (reason != null) {
      throw new ProveException(reason);
    }
    if (what.intruders().contains(Intruder.KILL) && what.checks().isEmpty()) {
      throw new ProveException(
          "--intruder kill needs --check: without an invariant nothing can break");
    }
    if (what.intruders().contains(Intruder.COPY) && what.checks().isEmpty()) {
      throw new ProveException(
          "--intruder copy needs --check: without an invariant nothing can break");
    }
    Watchdog.prepare();
    Attacker attacker = attacker(what);
    Pwd.User user = victimUser(what.user());
    Map<String, String> environment = new HashMap<>(what.environment());
    if (what.user() != null) {
      environment.put("HOME", user.home());
      environment.put("USER", user.name());
      environment.put("LOGNAME", user.name());
    }
    Result<int[]> groups =
        what.user() == null ? Identity.getgroups() : Pwd.getgrouplist(user.name(), user.gid());
    List<Integer> groupList = new ArrayList<>();
    if (groups.ok() && !Host.inUserNamespace()) {
      for (int group : groups.value()) {
        groupList.add(group);
      }
    }
    Program victim =
        new Program(
            what.argv(),
            environment,
            what.directory().toString(),
            user.uid(),
            user.gid(),
            groupList,
            VictimOutput.PATH);
    List<OwnDirectory> own = new ArrayList<>();
    for (Path directory : what.fresh()) {
      own.add(new OwnDirectory(ownPath("--fresh", directory), -1, -1));
    }
    for (Path directory : what.arena()) {
      own.add(new OwnDirectory(ownPath("--arena", directory), attacker.uid(), attacker.gid()));
    }
    List<String> ownPaths = own.stream().map(o -> Raw.fromText(o.path())).toList();
    Worlds worlds;
    try {
      worlds = new Worlds(own, Host.inUserNamespace());
    } catch (WorldException e) {
      throw new ProveException(String.valueOf(e.getMessage()), e);
    }
    Session session = new Session(what, progress, worlds, attacker, user, victim, ownPaths);
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

  private static Attacker attacker(Case what) throws ProveException {
    Pwd.User user = user(what.attacker(), "--attacker");
    if (Host.hasUser(user.uid())) {
      return new Attacker(user.name(), user.uid(), user.gid(), user.uid() == 0, List.of());
    }
    Pwd.User self = user(Integer.toString(Identity.geteuid()), "--attacker");
    List<String> scopes = new ArrayList<>();
    for (Path directory : Stream.concat(what.arena().stream(), what.fresh().stream()).toList()) {
      scopes.add(Raw.fromText(ownPath("--arena", directory)));
    }
    if (scopes.isEmpty()) {
      // The same user could change whatever he owns; these are the places others could, too.
      scopes.addAll(List.of("/tmp", "/var/tmp", Raw.fromText(what.directory().toString())));
    }
    return new Attacker(self.name() + " (the same user)", self.uid(), self.gid(), true, scopes);
  }

  private static Pwd.User victimUser(@Nullable String name) throws ProveException {
    if (name == null) {
      return user(Integer.toString(Identity.geteuid()), "--as");
    }
    Pwd.User user = user(name, "--as");
    if (!Host.hasUser(user.uid())) {
      throw new ProveException(
          "--as " + name + ": this user namespace has only one user; run as root");
    }
    return user;
  }

  private static Pwd.User user(String name, String option) throws ProveException {
    if (name.matches("[0-9]{1,9}")) {
      int uid = Integer.parseInt(name);
      Result<Pwd.User> known = Pwd.getpwuid(uid);
      return known.ok() ? known.value() : new Pwd.User(name, uid, uid, "/");
    }
    Result<Pwd.User> known = Pwd.getpwnam(name);
    if (known.failed()) {
      throw new ProveException(
          option
              + " "
              + name
              + ": "
              + (known.is(Errno.ENOENT) ? "no such user" : known.errno().message)
              + "; see getent passwd");
    }
    return known.value();
  }

  /** An own directory hides the host's; some places cannot be hidden. */
  private static String ownPath(String option, Path directory) throws ProveException {
    Path absolute = directory.toAbsolutePath().normalize();
    Path existing = absolute;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      Path real = existing == null ? absolute : existing.toRealPath();
      Path path =
          existing == null ? absolute : real.resolve(existing.relativize(absolute)).normalize();
      List<String> system = List.of("/", "/proc", "/sys", "/dev", "/usr", "/bin", "/lib", "/etc");
      boolean forbidden =
          system.contains(path.toString())
              || Stream.of("/proc/", "/sys/", "/dev/").anyMatch(path.toString()::startsWith);
      if (forbidden) {
        throw new ProveException(
            option + " " + directory + ": a world needs what is there; take another directory");
      }
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new ProveException(option + " " + directory + ": is there, and no directory");
      }
      return path.toString();
    } catch (IOException e) {
      throw new ProveException(option + " " + directory + ": " + e.getMessage(), e);
    }
  }

  private void setUp() throws ProveException {
    int total = what.setup().size();
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
                      tracer.run(shell(command), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
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

  private Program shell(String command) {
    List<String> argv = new ArrayList<>(shell.argv());
    argv.add(command);
    return new Program(
        argv,
        shell.environment(),
        Files.isDirectory(what.directory()) ? what.directory().toString() : "/",
        0,
        0,
        List.of(),
        VictimOutput.PATH);
  }

  private List<String> arenas() {
    return ownDirectories.subList(what.fresh().size(), ownDirectories.size());
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
    dev.holdfast.prove.trace.TraceHandler in(int hostProc);
  }

  private Timed watched(Watcher watcher, Set<Sysno> wanted) throws ProveException {
    try {
      return worlds.inFreshWorld(
          world -> {
            VictimOutput.create();
            dev.holdfast.prove.trace.TraceHandler handler = watcher.in(world.hostProc());
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
    Plan plan = new Planner(observation, VolatileNames.NONE, !what.checks().isEmpty()).plan();
    List<WindowResult> windows =
        plan.windows().stream()
            .map(
                w ->
                    new WindowResult(
                        w.window(), Verdict.SURVIVED, Set.of(), null, List.of(), List.of()))
            .toList();
    return proof(observation, windows, 0, plan.pruned());
  }

  Proof prove(@Nullable String onlyWindow) throws ProveException {
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
      Plan plan = new Planner(observation, volatileNames, !what.checks().isEmpty()).plan();
      windows.addAll(plan.windows());
      pruned.putAll(plan.pruned());
    }
    if (what.intruders().contains(Intruder.KILL) || what.intruders().contains(Intruder.COPY)) {
      VolatileNames names = volatileNames;
      Timed mutations =
          watched(
              world -> new MutationObserver(new Resolver(world, attacker), names, ownDirectories),
              MutationObserver.CALLS);
      windows.addAll(
          new CrashPlanner(mutations.observation(), names)
              .plan(
                  what.intruders().contains(Intruder.KILL),
                  what.intruders().contains(Intruder.COPY)));
    }
    Setting setting =
        new Setting(
            worlds,
            victim,
            shell,
            what.checks(),
            attacker,
            volatileNames,
            arenas(),
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
        throw new ProveException(
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
    List<WindowResult> results = decideAll(trials, windows);
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

  private static List<dev.holdfast.prove.observe.Site> sites(Observation observation) {
    return observation.interesting().stream().map(ObservedCall::site).toList();
  }

  private List<WindowResult> decideAll(Trials trials, List<PlannedWindow> windows)
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
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProveException("interrupted", e);
    } catch (ExecutionException e) {
      throw new ProveException("a trial failed: " + e.getCause(), e);
    } finally {
      workers.shutdownNow();
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
        userName,
        attacker.name(),
        observation.callCount(),
        observation.taskCount(),
        observation.ending().code(),
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
