package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.schedule.run.Trace.Later;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.world.World;
import dev.holdfast.prove.world.Worlds;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs schedules of some programs, each in a fresh world.
 *
 * <p>Threads: safe for all; each run makes its own world.
 */
public final class Runner {
  /** No program. */
  public static final int NOBODY = -1;

  private final Worlds worlds;
  private final List<Program> programs;
  private final Duration limit;
  private final Together how;
  private final Compared compared;

  /** The processes of the one program, if they run against one another; else null. */
  private final @Nullable Family family;

  /**
   * @param limit for one run of one program
   * @param how when who sleeps wakes, and what is compared
   */
  public Runner(Worlds worlds, List<Program> programs, Duration limit, Together how) {
    this.how = how;
    this.family = how.inside() ? new Family() : null;
    this.worlds = worlds;
    this.compared = new Compared(worlds, how);
    this.programs = new ArrayList<>();
    for (Program each : programs) {
      this.programs.add(Outputs.of(each, Actor.name(this.programs.size())));
    }
    this.limit = limit;
  }

  public int size() {
    return programs.size();
  }

  /** One of each kind of program: the same command twice is one kind. */
  public List<Integer> kinds() {
    return everybody().stream()
        .filter(i -> programs.stream().map(Program::argv).toList().indexOf(argv(i)) == i)
        .toList();
  }

  private List<String> argv(int program) {
    return programs.get(program).argv();
  }

  /** The processes of the one program, if they run against one another; else null. */
  public @Nullable Family family() {
    return family;
  }

  /** Whether they are programs of their own that come to an end. */
  public boolean endsByItself() {
    return family == null && !how.quiet();
  }

  /** Whether one of them may be killed. */
  public boolean kills() {
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
  public Trace run(
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
  public Trace run(
      List<Integer> who,
      List<Integer> given,
      List<Integer> preferred,
      Set<String> points,
      Learned known,
      Chooser chooser,
      int later) {
    Trace trace = runOnce(who, given, preferred, points, known, chooser, later);
    if (trace.learned().sleeps && !known.sleeps && chooser.isSerial()) {
      // Its clock has to know what is skipped: from now on it does.
      Learned more = known.copy();
      more.add(trace.learned());
      return runOnce(who, given, preferred, points, more, chooser, later);
    }
    return trace;
  }

  @SuppressWarnings("try") // Closed before its end, so that nothing moves while it is judged.
  private Trace runOnce(
      List<Integer> who,
      List<Integer> given,
      List<Integer> preferred,
      Set<String> points,
      Learned known,
      Chooser chooser,
      int later) {
    compared.prepare();
    return worlds.inFreshWorld(
        world -> {
          List<Program> playing = who.stream().map(programs::get).toList();
          for (Program each : playing) {
            Outputs.create(each);
          }
          Learned learned = known.copy();
          Duration all = limit.multipliedBy(Math.max(1, playing.size()));
          boolean anyTime = how.anyTime() || chooser.wakesSleepers();
          Rules rules = new Rules(anyTime, how.crash(), how.quiet(), family);
          try (Tracer tracer = world.tracer(all)) {
            tracer.choosePids();
            Conductor conductor =
                new Conductor(tracer, playing, who, world.hostProc(), points, learned, rules);
            Stop stop = conductor.run(given, preferred, chooser);
            boolean forOneAnother = stop == Stop.DEADLOCK && conductor.isForOneAnother();
            List<Actor> actors = conductor.actors().subList(0, playing.size());
            List<Ending> endings = actors.stream().map(conductor::endingOf).toList();
            // What runs behind them has no part in these.
            Logbook log = conductor.log();
            List<Integer> choices = log.choices();
            List<Trace.Turn> turns = log.turns();
            List<Trace.Node> nodes = log.nodes();
            if (how.quiet() && stop == null) {
              conductor.endAll();
            }
            Map<String, Thing> views = views(tracer, stop);
            boolean goesOn = later >= 0 && stop == null;
            Map<String, Thing> state = goesOn ? compared.of(world, views) : Map.of();
            Later after = goesOn ? runLater(conductor, later, world, tracer) : null;
            // From here on nothing moves.
            tracer.close();
            if (!goesOn && stop != Stop.KNOWN) {
              state = compared.of(world, views);
            }
            return new Trace(
                choices,
                turns,
                nodes,
                stop,
                conductor.explanation(),
                log.steps(),
                log.footprints(),
                log.waits(),
                state,
                actors.stream().map(actor -> Set.copyOf(actor.written)).toList(),
                playing.stream().map(p -> Outputs.printed(p.output())).toList(),
                playing.stream().map(p -> Outputs.printed(p.errors())).toList(),
                endings,
                log.claims().overlaps(),
                log.claims().released(),
                learned,
                conductor.killed(),
                after,
                conductor.spin(),
                forOneAnother);
          }
        });
  }

  private Map<String, Thing> views(Tracer tracer, @Nullable Stop stop) throws FileSystemException {
    return stop == null ? compared.views(tracer, programs.getFirst()) : Map.of();
  }

  private Later runLater(Conductor conductor, int later, World world, Tracer tracer)
      throws FileSystemException {
    Program program = programs.get(later).withOutput(Outputs.PREFIX + "later");
    Outputs.create(program.output());
    tracer.restartLimit();
    Stop stop = conductor.runLater(program, programs.size() + 1);
    Ending ending = conductor.actors().getLast().ending;
    return new Later(
        later,
        stop,
        conductor.explanation(),
        compared.of(world, views(tracer, stop)),
        Outputs.printed(program.output()),
        ending == null ? new Ending.Stopped() : ending);
  }

  /** What these names are before any program runs. */
  public Map<String, Thing> before(Collection<String> paths) {
    return compared.before(paths);
  }

  /** All programs. */
  public List<Integer> everybody() {
    return IntStream.range(0, programs.size()).boxed().toList();
  }
}
