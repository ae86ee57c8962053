package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprints;
import dev.holdfast.prove.schedule.run.Trace.Spin;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Rest;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.Tracer;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs together in one world, one call at a time: every task is held before each call that
 * another program could notice ({@link Points}), and a schedule says who goes next.
 *
 * <p>Between two decisions all tasks are {@linkplain Calm at rest}: held, ended, or asleep in the
 * kernel where only a further step can wake them. One is let go ({@link Mover}), or killed ({@link
 * Deaths}), what it does is written down ({@link Logbook}), and all is at rest again. Where nobody
 * could go on see {@link Standstill}.
 *
 * <p><b>Remaining races.</b> The tasks of one program are not scheduled against one another: of
 * those that are held the innermost goes, but between their held calls they run as the kernel
 * pleases.
 *
 * <p><b>Threads.</b> The tracer's.
 */
final class Conductor {
  private static final int MAX_STEPS = 4000;

  private final Tracer tracer;
  private final Rules rules;
  private final Learned learned;
  private final Actors actors;
  private final Points points;
  private final Logbook log;
  private final VirtualClock clock;
  private final Chance chance = new Chance();
  private final Pids pids;
  private final Calm calm;
  private final ClockWait clockWait;
  private final Mover mover;
  private final Deaths deaths;
  private final Deadlock deadlock;
  private List<String> explanation = List.of();
  private @Nullable Spin spin;

  /**
   * @param numbers of each program, by which its processes are numbered whoever else is there
   * @param keys that more than one program touches
   * @param learned grows with what is seen
   */
  Conductor(
      Tracer tracer,
      List<Program> programs,
      List<Integer> numbers,
      int hostProc,
      Set<String> keys,
      Learned learned,
      Rules rules) {
    boolean inside = rules.family() != null;
    Rest rest = new Rest(hostProc);
    this.tracer = tracer;
    this.rules = rules;
    this.learned = learned;
    this.actors = new Actors(rules.family());
    this.points =
        new Points(keys, new Footprints(hostProc, learned.seen, actors::others, inside), learned);
    this.log = new Logbook(actors, points, rules);
    this.clock = new VirtualClock(learned.sleeps);
    this.pids = new Pids(tracer, inside, numbers);
    this.calm = new Calm(tracer, rest, actors, pids);
    this.clockWait = new ClockWait(tracer, rest, actors, calm);
    this.mover =
        new Mover(tracer, rest, actors, points, log, calm, pids, learned, inside, this::join);
    this.deaths = new Deaths(tracer, actors, points, log, calm, rules.kills());
    this.deadlock = new Deadlock(rest, actors, log.holders());
    for (Program program : programs) {
      Family family = rules.family();
      add(family == null ? actors.all().size() : family.numberOf(Family.ROOT), program);
    }
  }

  private Actor add(int number, Program program) {
    Actor actor = new Actor(number, program, points, log, clock, chance, rules.anyTime());
    actors.add(actor);
    return actor;
  }

  /** A process of the one command becomes an actor of its own. */
  private Actor join(Task task) {
    Family family = Objects.requireNonNull(rules.family());
    Actor actor = add(family.numberOf(task.process()), actors.all().getFirst().program);
    actor.begins(task);
    calm.isBorn(task, actor);
    return actor;
  }

  /**
   * Runs the programs.
   *
   * @param given who goes, as far as that is decided
   * @param preferred who is named first among those who could go
   * @param chooser says who goes then
   * @return why it did not come to its end; null if it did
   */
  @Nullable Stop run(List<Integer> given, List<Integer> preferred, Chooser chooser) {
    boolean quiet = rules.quiet();
    Standstill standstill =
        new Standstill(tracer, actors, log, mover, calm, clock, clockWait, learned, quiet);
    OneAfterAnother order =
        new OneAfterAnother(tracer, actors, mover, clock, clockWait, learned, quiet);
    int current = -1;
    while (!actors.areOver()) {
      if (tracer.expired()) {
        return Stop.TIMEOUT;
      }
      if (log.length() > MAX_STEPS) {
        return Stop.BOUND;
      }
      if (chooser.isSerial() && order.firstGoesOn(preferred)) {
        continue;
      }
      List<Integer> enabled = actors.enabled(preferred);
      if (enabled.isEmpty()) {
        switch (standstill.resolve()) {
          case GOES_ON -> {
            continue;
          }
          case QUIET -> {
            return over(given);
          }
          case TIMEOUT -> {
            return Stop.TIMEOUT;
          }
          case LIVELOCK -> {
            explanation = deadlock.waitsAgain();
            return Stop.LIVELOCK;
          }
          case DEADLOCK -> {
            explanation = deadlock.told();
            return Stop.DEADLOCK;
          }
        }
      }
      Decision decision = decision(current, enabled);
      int chosen;
      if (decision.index() < given.size()) {
        chosen = given.get(decision.index());
        if (!decision.enabled().contains(chosen)) {
          return Stop.DIVERGED;
        }
      } else {
        chosen = chooser.choose(decision, mover::next);
        log.decided(decision, chosen);
        if (chosen == Chooser.STOP) {
          return Stop.KNOWN;
        }
      }
      go(decision, chosen);
      current = Decision.programOf(chosen);
    }
    return over(given);
  }

  /** It has come to its end: by the decisions that were given, or not. */
  private @Nullable Stop over(List<Integer> given) {
    return log.decisions() >= given.size() ? null : Stop.DIVERGED;
  }

  private Decision decision(int current, List<Integer> enabled) {
    int index = log.decisions();
    if (spin == null) {
      spin =
          actors.all().stream()
              .filter(Actor::isPutOff)
              .map(a -> new Spin(a.number, index, a.looksAt()))
              .findFirst()
              .orElse(null);
    }
    return new Decision(
        index,
        log.state(),
        current,
        deaths.andKills(enabled),
        actors.going(current, enabled),
        log.isIdle());
  }

  private void go(Decision decision, int chosen) {
    log.goes(decision, chosen);
    Actor actor = actors.get(Decision.programOf(chosen));
    boolean idle = false;
    if (Decision.isKill(chosen)) {
      deaths.kill(actor);
    } else {
      if (rules.family() != null || (chosen != decision.current() && decision.current() >= 0)) {
        pids.choose(actor);
      }
      actors.goesOn();
      idle = !mover.advance(actor, false);
    }
    log.went(actor.number, idle);
  }

  /**
   * After all have come to their ends a further program runs, alone.
   *
   * @param number by which its processes are numbered
   */
  @Nullable Stop runLater(Program program, int number) {
    Actor later = add(actors.all().size(), program);
    pids.add(number);
    return run(List.of(), List.of(later.number), Chooser.USUAL);
  }

  /** Nothing of the programs goes on. */
  void endAll() {
    deaths.endAll();
  }

  /** How a program ended; or that it has not, which is an end as well if that was asked for. */
  Ending endingOf(Actor actor) {
    Ending ending = actor.ending;
    return rules.quiet() && !actor.isOver()
        ? new Ending.Waiting()
        : ending == null ? new Ending.Stopped() : ending;
  }

  /** Whether those who are left wait for one another, and not for somebody who is not there. */
  boolean isForOneAnother() {
    return deadlock.isForOneAnother();
  }

  /** Why it did not come to its end, line by line. */
  List<String> explanation() {
    return explanation;
  }

  /** Where one was first kept from going on because it looked again and again; null if none. */
  @Nullable Spin spin() {
    return spin;
  }

  /** Who was killed; -1 if nobody was. */
  int killed() {
    return deaths.killed();
  }

  Logbook log() {
    return log;
  }

  List<Actor> actors() {
    return List.copyOf(actors.all());
  }
}
