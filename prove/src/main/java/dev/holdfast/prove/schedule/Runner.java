package dev.holdfast.prove.schedule;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.EndState.Thing;
import dev.holdfast.prove.schedule.Trace.Later;
import dev.holdfast.prove.schedule.Trace.Node;
import dev.holdfast.prove.schedule.Trace.Stop;
import dev.holdfast.prove.schedule.Trace.Turn;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.World;
import dev.holdfast.prove.world.Worlds;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs schedules of some programs, each in a fresh world.
 *
 * <p>Threads: safe for all; each run makes its own world.
 */
final class Runner {
  private static final String OUTPUT = "/.holdfast-output-";
  private static final int MAX_OUTPUT = 1 << 20;

  /** No program. */
  static final int NOBODY = -1;

  private final Worlds worlds;
  private final List<Program> programs;
  private final Duration limit;
  private final Together how;
  private @Nullable Set<String> madeBefore;

  /**
   * @param limit for one run of one program
   * @param how when who sleeps wakes, and what is compared
   */
  Runner(Worlds worlds, List<Program> programs, Duration limit, Together how) {
    this.how = how;
    this.worlds = worlds;
    this.programs = new ArrayList<>();
    for (Program each : programs) {
      String output = OUTPUT + Conductor.name(this.programs.size());
      this.programs.add(each.withOutput(output));
    }
    this.limit = limit;
  }

  int size() {
    return programs.size();
  }

  /** One of each kind of program: the same command twice is one kind. */
  List<Integer> kinds() {
    return everybody().stream()
        .filter(i -> programs.stream().map(Program::argv).toList().indexOf(argv(i)) == i)
        .toList();
  }

  private List<String> argv(int program) {
    return programs.get(program).argv();
  }

  /** Whether one of them may be killed. */
  boolean kills() {
    return how.crash();
  }

  /**
   * Runs some of the programs by one schedule.
   *
   * @param who which programs; the others are not there
   * @param given who goes, as places among these, as far as that is decided
   * @param preferred all of these, the first first
   * @param points the keys at which calls are held
   * @param chooser says who goes behind what is given
   */
  Trace run(
      List<Integer> who,
      List<Integer> given,
      List<Integer> preferred,
      Set<String> points,
      Learned known,
      Chooser chooser) {
    return run(who, given, preferred, points, known, chooser, NOBODY);
  }

  /**
   * The same, and when all have come to their ends one of the commands runs once more, alone.
   *
   * @param later which, as a place among all; {@link #NOBODY} for none
   */
  @SuppressWarnings("try") // Closed before its end, so that nothing moves while it is judged.
  Trace run(
      List<Integer> who,
      List<Integer> given,
      List<Integer> preferred,
      Set<String> points,
      Learned known,
      Chooser chooser,
      int later) {
    Set<String> madeBefore = madeBefore();
    return worlds.inFreshWorld(
        world -> {
          List<Program> playing = who.stream().map(programs::get).toList();
          for (Program each : playing) {
            create(each.output());
          }
          Learned learned = known.copy();
          Duration all = limit.multipliedBy(Math.max(1, playing.size()));
          try (Tracer tracer = world.tracer(all)) {
            tracer.choosePids();
            Conductor conductor =
                new Conductor(
                    tracer,
                    playing,
                    who,
                    world.hostProc(),
                    points,
                    learned,
                    how.anyTime(),
                    how.crash());
            Stop stop = conductor.run(given, preferred, chooser);
            boolean forOneAnother = stop == Stop.DEADLOCK && conductor.waitForOneAnother();
            List<Integer> choices = conductor.choices();
            List<Turn> made = conductor.turns();
            List<Node> nodes = conductor.nodes();
            Map<String, Thing> views = new TreeMap<>();
            for (String view : stop == null ? how.views() : List.<String>of()) {
              views.put(viewName(view), view(tracer, view));
            }
            boolean goesOn = later >= 0 && stop == null;
            Map<String, Thing> state = goesOn ? compared(world, views, madeBefore) : Map.of();
            Later after = goesOn ? runLater(conductor, later, world, tracer, madeBefore) : null;
            // From here on nothing moves.
            tracer.close();
            if (!goesOn && stop != Stop.KNOWN) {
              state = compared(world, views, madeBefore);
            }
            List<Set<String>> written = new ArrayList<>();
            List<Ending> endings = new ArrayList<>();
            for (Actor actor : conductor.actors().subList(0, playing.size())) {
              written.add(Set.copyOf(actor.written));
              Ending ending = actor.ending;
              endings.add(ending == null ? new Ending.Stopped() : ending);
            }
            return new Trace(
                choices,
                made,
                nodes,
                stop,
                conductor.explanation(),
                conductor.steps(),
                conductor.footprints(),
                conductor.waits(),
                state,
                written,
                playing.stream().map(p -> printed(p.output())).toList(),
                endings,
                conductor.claims().overlaps(),
                conductor.claims().released(),
                learned,
                conductor.killed(),
                after,
                forOneAnother);
          }
        });
  }

  private Later runLater(
      Conductor conductor, int later, World world, Tracer tracer, Set<String> madeBefore)
      throws FileSystemException {
    Program like = programs.get(later);
    String output = OUTPUT + "later";
    create(output);
    Program program = like.withOutput(output);
    tracer.restartLimit();
    List<String> before = conductor.explanation();
    Stop stop = conductor.runLater(program, programs.size() + 1);
    Map<String, Thing> views = new TreeMap<>();
    for (String view : stop == null ? how.views() : List.<String>of()) {
      views.put(viewName(view), view(tracer, view));
    }
    Ending ending = conductor.actors().getLast().ending;
    return new Later(
        later,
        stop,
        stop == null ? before : conductor.explanation(),
        compared(world, views, madeBefore),
        printed(output),
        ending == null ? new Ending.Stopped() : ending);
  }

  /**
   * What the setup made, raw. It stands in the layer that changes go to, so what is deleted of it
   * leaves no trace there.
   */
  private synchronized Set<String> madeBefore() {
    if (madeBefore == null) {
      madeBefore = Set.copyOf(worlds.inFreshWorld(EndState::of).keySet());
    }
    return madeBefore;
  }

  private static String viewName(String command) {
    return Raw.fromText("what '" + command + "' prints");
  }

  private Thing view(Tracer tracer, String command) throws FileSystemException {
    String output = OUTPUT + "view";
    create(output);
    Program like = programs.getFirst();
    Program program =
        new Program(
            List.of("/bin/sh", "-c", command),
            like.environment(),
            like.directory(),
            like.uid(),
            like.gid(),
            like.groups(),
            output);
    Ending end = tracer.run(program, EnumSet.noneOf(Sysno.class), _ -> TraceHandler.Then.GO_ON);
    String failed = end.code() == 0 ? "" : "(exit status " + end.code() + ")";
    return new Thing(Statx.S_IFREG, 0, 0, printed(output) + failed);
  }

  /** What counts of what is left behind: all but what is ignored, or what the views say. */
  private Map<String, Thing> compared(World world, Map<String, Thing> views, Set<String> madeBefore)
      throws FileSystemException {
    if (!how.views().isEmpty()) {
      return views;
    }
    Map<String, Thing> all = EndState.of(world);
    madeBefore.forEach(name -> all.putIfAbsent(name, Thing.ABSENT));
    for (Path each : how.ignored()) {
      String gone = Raw.fromText(each.toString());
      all.keySet().removeIf(name -> name.equals(gone) || name.startsWith(gone + "/"));
    }
    return all;
  }

  /** What these names are before any program runs. */
  Map<String, Thing> before(Collection<String> paths) {
    return paths.isEmpty() ? Map.of() : worlds.inFreshWorld(_ -> EndState.here(paths));
  }

  /** All programs. */
  List<Integer> everybody() {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      all.add(i);
    }
    return all;
  }

  private static String printed(String output) {
    return Raw.of(Contents.read(Fcntl.AT_FDCWD, Paths.bytes(output), MAX_OUTPUT));
  }

  private static void create(String path) throws FileSystemException {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_NOFOLLOW;
    int fd =
        (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(path), flags, 0600).orThrow("openat", path);
    Unistd.close(fd);
  }

  /** All orders of these. */
  static List<List<Integer>> orders(List<Integer> of) {
    if (of.size() <= 1) {
      return List.of(of);
    }
    List<List<Integer>> all = new ArrayList<>();
    for (Integer first : of) {
      List<Integer> rest = of.stream().filter(each -> !each.equals(first)).toList();
      for (List<Integer> more : orders(rest)) {
        List<Integer> order = new ArrayList<>(List.of(first));
        order.addAll(more);
        all.add(order);
      }
    }
    return all;
  }

  /** All that are neither empty nor everything, larger ones first. */
  static List<List<Integer>> parts(int size) {
    Set<List<Integer>> all = new HashSet<>();
    for (int bits = 1; bits < (1 << size) - 1; bits++) {
      List<Integer> part = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        if ((bits & (1 << i)) != 0) {
          part.add(i);
        }
      }
      all.add(part);
    }
    return all.stream()
        .sorted(
            Comparator.<List<Integer>>comparingInt(p -> -p.size()).thenComparing(Object::toString))
        .toList();
  }
}
