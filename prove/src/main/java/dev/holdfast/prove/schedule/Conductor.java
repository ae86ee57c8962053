package dev.holdfast.prove.schedule;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import dev.holdfast.prove.schedule.Footprint.Effect;
import dev.holdfast.prove.schedule.Trace.Node;
import dev.holdfast.prove.schedule.Trace.Stop;
import dev.holdfast.prove.schedule.Trace.Turn;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Rest;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.watch.Raw;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs together in one world, one call at a time: every task is held before each call that
 * another program could notice, and a schedule says who goes next.
 *
 * <p>Between two decisions all tasks are at rest: held, ended, or asleep in the kernel where only a
 * further step can wake them. A lock request that falls asleep is taken back to where it was held,
 * so that who gets the lock is decided here and not by the kernel's queue. Sleeps are skipped: a
 * program that waits for time to pass lets the others go first.
 *
 * <p><b>Remaining races.</b> The tasks of one program are not scheduled against one another: of
 * those that are held the innermost goes, but between their held calls they run as the kernel
 * pleases.
 *
 * <p><b>Threads.</b> The tracer's.
 */
final class Conductor {
  /** What the kernel does to a program, in place of a call. */
  static final String KILL = "SIGKILL";

  private static final int MAX_STEPS = 4000;
  private static final int MAX_ROUNDS = 100;
  private static final int MAX_SLEEPS = 200;

  /** How long a program may wait for a clock, one after the other, before the next one begins. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int LOOKS = 2;
  private static final int FIRST_PID = 1000;
  private static final int PIDS = 1000;
  private static final long PAUSE_NANOS = 500_000;

  /** What the kernel keeps to itself: the call is made again, or a handler runs first. */
  private static final int RESTART_FIRST = 512;

  private static final int RESTART_LAST = 516;
  private static final Set<Sysno> TAKEN_BACK = Set.of(Sysno.FLOCK, Sysno.FCNTL);
  private static final Set<Sysno> MEETING_PLACES =
      Set.of(Sysno.FLOCK, Sysno.FCNTL, Sysno.OPEN, Sysno.OPENAT, Sysno.OPENAT2);

  private final Tracer tracer;
  private final Rest rest;
  private final Footprints footprints;
  private final Set<String> points;
  private final List<Actor> actors = new ArrayList<>();
  private final History history = new History();
  private final Claims claims = new Claims();
  private final Map<Integer, Long> moved = new HashMap<>();
  private final List<ScheduleStep> steps = new ArrayList<>();
  private final List<Footprint> touched = new ArrayList<>();
  private final List<ScheduleWait> waits = new ArrayList<>();
  private final Learned learned;
  private final List<Integer> numbers;
  boolean anyTime;
  private final List<Integer> choices = new ArrayList<>();
  private final List<Turn> turns = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Footprint> thisTurn = new ArrayList<>();
  private final Holders holders = new Holders();
  private List<String> explanation = List.of();
  private boolean preempts;

  /** Whether one of the programs may be killed. */
  private final boolean kills;

  /** Who was killed; -1 if nobody was. */
  private int killed = -1;

  /** How many calls changed something that others notice. */
  private long changes;

  /**
   * @param numbers of each program, by which its processes are numbered whoever else is there
   * @param points the keys that more than one program touches
   * @param learned grows with what is seen
   * @param anyTime whether who sleeps may wake before the others have moved
   * @param kills whether one of the programs may be killed
   */
  Conductor(
      Tracer tracer,
      List<Program> programs,
      List<Integer> numbers,
      int hostProc,
      Set<String> points,
      Learned learned,
      boolean anyTime,
      boolean kills) {
    this.anyTime = anyTime;
    this.kills = kills;
    this.tracer = tracer;
    this.rest = new Rest(hostProc);
    this.footprints = new Footprints(hostProc, learned, this::others);
    this.points = points;
    this.learned = learned;
    this.numbers = new ArrayList<>(numbers);
    for (Program program : programs) {
      actors.add(new Actor(actors.size(), program, this));
    }
  }

  static boolean isInterrupted(long result) {
    return -result >= RESTART_FIRST && -result <= RESTART_LAST;
  }

  @Nullable Footprint footprint(Call call) {
    return footprints.of(call);
  }

  /** Notes what a program is about to touch; true if another one could notice. */
  boolean isPoint(Actor actor, Footprint footprint) {
    learned.touches(actor.number, footprint);
    return footprint.effect() == Effect.SLEEP
        || footprint.reads().stream().anyMatch(points::contains)
        || footprint.writes().stream().anyMatch(points::contains);
  }

  /** Somebody looks at the same thing again and again. */
  void spins() {
    learned.waits = true;
  }

  /** What to tell of a call by which programs may reach one another unseen; null for others. */
  @Nullable String notFollowed(Call call) {
    return footprints.notFollowed(call);
  }

  void unknown(String what) {
    learned.unknown.add(what);
  }

  /** Tasks of other processes of the same program. */
  private List<Task> others(Task task) {
    return actors.stream()
        .map(Actor::alive)
        .filter(tasks -> tasks.contains(task))
        .flatMap(List::stream)
        .filter(t -> !t.process().equals(task.process()))
        .toList();
  }

  /** How many steps the other programs have made. */
  long othersMoved(Actor actor) {
    return moved.entrySet().stream()
        .filter(m -> m.getKey() != actor.number)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** A call of a held task was made. */
  void made(Actor actor, Task task, Footprint footprint, long result) {
    boolean failed = result < 0;
    if (!failed
        && footprint.reads().stream().anyMatch(k -> k.startsWith("b:") && points.contains(k))) {
      // What it reads there later is not a call.
      unknown(footprint.call() + " (of a file that another program writes)");
    }
    Footprint did = (failed ? footprint.failed() : footprint).within(points);
    history.add(actor.number, task.path(), did, failed);
    thisTurn.add(did);
    actor.made(footprint, result, did);
    if (did.writes().isEmpty()) {
      actor.looked(footprint, result, othersMoved(actor));
    } else {
      changes += actor.isGoingInCircles() ? 0 : 1;
      actors.forEach(Actor::notSpinning);
    }
    // Of two that wait for one another neither moves by looking once more.
    if (!actor.isSpinning()) {
      moved.merge(actor.number, 1L, Long::sum);
    }
    String holds = "";
    if (!failed) {
      did.writes().stream()
          .filter(k -> k.startsWith("n:") || k.startsWith("c:"))
          .forEach(k -> actor.written.add(k.substring(2)));
      claims.made(actor.number, footprint, steps.size());
      holds = holders.made(actor.number, footprint);
    }
    actors.forEach(each -> each.unblock(did));
    touched.add(did);
    step(actor, task, footprint, failed ? new SyscallResult(result).toString() : "", holds);
  }

  private void step(Actor actor, Task task, Footprint footprint, String result, String holds) {
    steps.add(
        new ScheduleStep(
            actor.number,
            task.path(),
            footprint.call(),
            about(footprint),
            result,
            holds,
            preempts));
    preempts = false;
  }

  private static String about(Footprint footprint) {
    String about =
        String.join(" -> ", footprint.names().stream().distinct().map(Raw::display).toList());
    return footprint.detail().isEmpty() ? about : about + " (" + footprint.detail() + ")";
  }

  private void waits(Actor actor, Footprint wanted) {
    ScheduleWait now =
        new ScheduleWait(
            steps.size(),
            actor.number,
            wanted.call(),
            about(wanted),
            List.copyOf(holders.of(actor.number, wanted)));
    if (!waits.contains(now)) {
      waits.add(now);
    }
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
    anyTime |= chooser.wakesSleepers();
    int current = -1;
    int rounds = 0;
    boolean retried = false;
    long before = -1;
    long changesBefore = 0;
    Alone alone = new Alone();
    while (actors.stream().anyMatch(a -> !a.isOver())) {
      if (tracer.expired()) {
        return Stop.TIMEOUT;
      }
      if (steps.size() > MAX_STEPS) {
        return Stop.BOUND;
      }
      if (history.number() != before) {
        before = history.number();
        retried = false;
      }
      if (changes != changesBefore) {
        changesBefore = changes;
        rounds = 0;
      }
      if (chooser.isSerial() && alone.goesOn(preferred)) {
        continue;
      }
      List<Integer> enabled =
          preferred.stream()
              .filter(i -> !actors.get(i).isOver() && actors.get(i).isEnabled())
              .toList();
      if (enabled.isEmpty()) {
        Actor sleeper = actors.stream().filter(Actor::onlySleeps).findFirst().orElse(null);
        if (sleeper != null) {
          if (++rounds > MAX_ROUNDS) {
            explanation = List.of(waitsAgain());
            return Stop.LIVELOCK;
          }
          // Their sleeps are skipped, so that the time goes by the machine's pace, not by theirs.
          tracer.restartLimit();
          for (Actor each : actors) {
            if (each.onlySleeps()) {
              advance(each, true);
            }
          }
          continue;
        }
        if (!retried) {
          retried = true;
          actors.forEach(Actor::unblockAll);
          continue;
        }
        if (awaitClock()) {
          continue;
        }
        if (tracer.expired()) {
          return Stop.TIMEOUT;
        }
        explanation = deadlock();
        return Stop.DEADLOCK;
      }
      int index = choices.size();
      boolean cameToNothing = !turns.isEmpty() && turns.getLast().idle();
      Decision decision =
          new Decision(index, history.number(), current, withKills(enabled), cameToNothing);
      int chosen;
      if (index < given.size()) {
        chosen = given.get(index);
        if (!decision.enabled().contains(chosen)) {
          return Stop.DIVERGED;
        }
      } else {
        chosen = chooser.choose(decision, this::next);
        nodes.add(new Node(decision, chosen));
        if (chosen == Chooser.STOP) {
          return Stop.KNOWN;
        }
      }
      preempts |= decision.costOf(chosen) > 0;
      choices.add(chosen);
      thisTurn.clear();
      if (Decision.isKill(chosen)) {
        current = Decision.programOf(chosen);
        kill(actors.get(current));
        turns.add(new Turn(current, List.copyOf(thisTurn), false));
        continue;
      }
      if (chosen != current && current >= 0) {
        Actor next = actors.get(chosen);
        if (next.started) {
          tracer.lastPid(FIRST_PID + PIDS * numbers.get(chosen) + next.tasks());
        }
      }
      current = chosen;
      boolean idle = !advance(actors.get(chosen), false);
      turns.add(new Turn(chosen, List.copyOf(thisTurn), idle));
    }
    return choices.size() >= given.size() ? null : Stop.DIVERGED;
  }

  /**
   * Where programs run one after the other: who waits for time to pass is waited for, and nobody
   * else begins. Only who waits for something else lets the next one begin.
   */
  private final class Alone {
    private final Set<Integer> waitLong = new HashSet<>();
    private int sleeps;

    /** Whether the first one that is not over has gone on, or might. */
    boolean goesOn(List<Integer> order) {
      Actor first =
          order.stream().map(actors::get).filter(a -> !a.isOver()).findFirst().orElseThrow();
      if (!first.started || first.isEnabled() || waitLong.contains(first.number)) {
        return false;
      }
      boolean went = first.onlySleeps() ? wakes(first) : isWokenByClock(first);
      if (!went) {
        waitLong.add(first.number);
      }
      return went;
    }

    private boolean wakes(Actor actor) {
      if (++sleeps > MAX_SLEEPS) {
        // It looks again and again for what another one does.
        return false;
      }
      tracer.restartLimit();
      advance(actor, true);
      return true;
    }

    private boolean isWokenByClock(Actor actor) {
      if (!actor.clockSet && actor.loose().stream().allMatch(rest::isForEver)) {
        return false;
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!tracer.expired() && System.nanoTime() - deadline < 0) {
        if (tracer.poll()) {
          settle();
          if (actor.isOver() || actor.isEnabled() || actor.onlySleeps()) {
            return true;
          }
        } else {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
      return false;
    }
  }

  /**
   * What could be done, kills as well. One who has changed nothing since is as good as killed
   * before; but who lives and who holds a lock may matter to others at any time.
   */
  private List<Integer> withKills(List<Integer> enabled) {
    if (!kills || killed >= 0 || turns.isEmpty()) {
      return enabled;
    }
    List<Integer> all = new ArrayList<>(enabled);
    Turn last = turns.getLast();
    Footprint death = death();
    for (Actor actor : actors) {
      boolean matters =
          last.who() == actor.number
              ? last.made().stream().anyMatch(f -> !f.writes().isEmpty())
              : last.made().stream().anyMatch(death::meets);
      if (matters && actor.started && !actor.isOver() && has(actor)) {
        all.add(Decision.killOf(actor.number));
      }
    }
    return all;
  }

  /** Whether a program has changed anything: else it is as if it had not been there. */
  private boolean has(Actor actor) {
    return turns.stream()
        .filter(turn -> turn.who() == actor.number)
        .anyMatch(turn -> turn.made().stream().anyMatch(f -> !f.writes().isEmpty()));
  }

  /** What a program's sudden end changes: any of its locks, and that it lives. */
  private Footprint death() {
    Set<String> keys = new HashSet<>();
    for (String key : points) {
      if (key.startsWith("l:") || key.startsWith("p:")) {
        keys.add(key);
      }
    }
    return new Footprint(KILL, List.of(), "", Effect.EXIT, Set.of(), keys);
  }

  /** A program dies at once, with every task it has. */
  private void kill(Actor actor) {
    killed = actor.number;
    Footprint death = death();
    Task task = actor.alive().getFirst();
    made(actor, task, death, 0);
    claims.ended(actor.number);
    tracer.kill(task);
    while (!actor.isOver() && !tracer.expired()) {
      if (!tracer.poll()) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    settle();
  }

  /**
   * After all have come to their ends a further program runs, alone.
   *
   * @param number by which its processes are numbered
   */
  @Nullable Stop runLater(Program program, int number) {
    Actor later = new Actor(actors.size(), program, this);
    actors.add(later);
    numbers.add(number);
    return run(List.of(), List.of(later.number), Chooser.USUAL);
  }

  /** Who was killed; -1 if nobody was. */
  int killed() {
    return killed;
  }

  /** What the next call of a program that could go depends on and changes, at the moment. */
  private Footprint next(int who) {
    Actor.Held held = actors.get(who).started ? actors.get(who).next(false) : null;
    if (held == null) {
      return Footprint.NOTHING;
    }
    Footprint now = held.sleeps() ? null : footprints.of(held.call());
    return Objects.requireNonNullElse(now, held.footprint()).within(points);
  }

  /** Has a program make its next call; false if it has to wait, and nothing was done. */
  private boolean advance(Actor actor, boolean evenAsleep) {
    if (!actor.started) {
      tracer.lastPid(FIRST_PID + PIDS * numbers.get(actor.number));
      Set<Sysno> followed = learned.sends ? Followed.CALLS_AND_SIGNALS : Followed.CALLS;
      actor.begins(tracer.start(actor.program, followed, actor));
      // A moment at which it has not begun is not the one before its first call.
      history.add(actor.number, "", Footprint.NOTHING, false);
      settle();
      return true;
    }
    Actor.Held held = Objects.requireNonNull(actor.next(evenAsleep));
    Task task = held.call().task();
    if (held.sleeps()) {
      actor.goes(held, held.footprint());
      history.add(actor.number, task.path(), held.footprint(), false);
      tracer.skip(held.call(), 0);
      settle();
      return true;
    }
    // Others may have moved since it was held: what was absent may be there now.
    Footprint now = Objects.requireNonNullElse(footprints.of(held.call()), held.footprint());
    actor.goes(held, now);
    if (now.effect() == Effect.EXIT) {
      made(actor, task, now, 0);
      if (task.path().equals("0")) {
        claims.ended(actor.number);
      }
      tracer.release(held.call(), Then.GO_ON);
      settle();
      return true;
    }
    tracer.release(held.call(), Then.SHOW_RESULT);
    settle();
    if (Followed.KILLS.contains(held.call().sysno())) {
      deliverSignals();
    }
    if (actor.isUnderway(task) && TAKEN_BACK.contains(held.call().sysno())) {
      tracer.takeBack(task);
      settle();
      if (actor.isHeld(task)) {
        actor.blocks(task);
        waits(actor, now);
        return false;
      }
    }
    return true;
  }

  /** Held tasks handle the signals they were sent before their calls, and not in them. */
  private void deliverSignals() {
    for (Actor actor : actors) {
      for (Actor.Held held : actor.allHeld()) {
        if (rest.hasSignal(held.call().task())) {
          actor.comesAgain(held);
          tracer.repeat(held.call());
        }
      }
    }
    settle();
  }

  /** Waits until every task is at rest. They share this processor: it is given to them. */
  @SuppressWarnings("ThreadPriorityCheck")
  private void settle() {
    int calm = 0;
    while (calm < LOOKS && !tracer.expired()) {
      if (tracer.poll()) {
        calm = 0;
      } else if (actors.stream().allMatch(a -> a.loose().stream().allMatch(rest::isAsleep))) {
        calm++;
      } else {
        calm = 0;
        Thread.yield();
      }
    }
  }

  /** Where only a clock can help, waits for it; false if there is none. */
  private boolean awaitClock() {
    boolean some =
        actors.stream()
            .anyMatch(a -> a.clockSet || a.loose().stream().anyMatch(t -> !rest.isForEver(t)));
    if (!some) {
      return false;
    }
    for (Actor actor : actors) {
      for (Actor.Held held : actor.blockedCalls()) {
        actor.goes(held, held.footprint());
        tracer.release(held.call(), Then.SHOW_RESULT);
      }
    }
    while (!tracer.expired()) {
      if (tracer.poll()) {
        settle();
        return true;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return false;
  }

  private String waitsAgain() {
    List<Integer> left = actors.stream().filter(a -> !a.isOver()).map(a -> a.number).toList();
    return left.size() == 1
        ? name(left.getFirst()) + " waits, again and again, for something that nobody does"
        : "each of them waits, again and again, for something that none does";
  }

  private List<String> deadlock() {
    List<String> lines = new ArrayList<>();
    for (Actor actor : actors) {
      for (Actor.Held held : actor.blockedCalls()) {
        Set<Integer> who = holders.of(actor.number, held.footprint());
        lines.add(
            name(actor.number)
                + " waits in "
                + held.footprint().call()
                + " for "
                + Raw.display(held.footprint().names().getFirst())
                + (who.isEmpty()
                    ? ""
                    : ", which " + Holders.names(who) + (who.size() > 1 ? " hold" : " holds")));
      }
      if (!actor.isOver() && actor.blockedCalls().isEmpty()) {
        Sysno call = asleepIn(actor);
        String where = call == null ? "the kernel" : call.callName();
        lines.add(name(actor.number) + " waits for ever in " + where);
      }
    }
    return lines;
  }

  /** In which call a program waits for another one at a lock or pipe; null if it does not. */
  private @Nullable Sysno asleepIn(Actor actor) {
    return actor.loose().stream()
        .map(rest::sleepsIn)
        .filter(call -> call != null && MEETING_PLACES.contains(call))
        .findFirst()
        .orElse(null);
  }

  /**
   * Whether all that are left wait at locks, or at pipes that nobody opens, and so for one another
   * rather than for somebody who is not there.
   */
  boolean waitForOneAnother() {
    List<Actor> left = actors.stream().filter(a -> !a.isOver()).toList();
    return left.size() > 1
        && left.stream().allMatch(a -> !a.blockedCalls().isEmpty() || asleepIn(a) != null);
  }

  /** How people call a program of a schedule. */
  static String name(int actor) {
    return String.valueOf((char) ('A' + actor));
  }

  List<Integer> choices() {
    return List.copyOf(choices);
  }

  List<Turn> turns() {
    return List.copyOf(turns);
  }

  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  List<String> explanation() {
    return explanation;
  }

  List<ScheduleStep> steps() {
    return List.copyOf(steps);
  }

  List<Footprint> footprints() {
    return List.copyOf(touched);
  }

  List<ScheduleWait> waits() {
    return List.copyOf(waits);
  }

  List<Actor> actors() {
    return List.copyOf(actors);
  }

  Claims claims() {
    return claims;
  }
}
