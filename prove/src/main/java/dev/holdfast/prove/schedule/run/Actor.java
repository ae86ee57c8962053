package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Followed;
import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One of the programs of a schedule, with all its tasks: which of them stand before a call that
 * another program could notice, and which of them may go on.
 *
 * <p>Threads: the tracer's.
 */
public final class Actor implements TraceHandler {
  /** What the kernel keeps to itself: the call is made again, or a handler runs first. */
  private static final int RESTART_FIRST = 512;

  private static final int RESTART_LAST = 516;

  /**
   * A task that stands before a call.
   *
   * @param others how far the other programs had come when it got there
   */
  record Held(Call call, Footprint footprint, long others) {
    boolean sleeps() {
      return footprint.effect() == Footprint.Effect.SLEEP;
    }
  }

  final int number;
  final Program program;
  final Set<String> written = new HashSet<>();
  boolean started;

  /** The clock that it has set to be woken or interrupted by. */
  final Alarm alarm = new Alarm();

  @Nullable Ending ending;

  /** Whether anything was heard of its tasks since somebody asked. */
  private boolean heard;

  private final Points points;
  private final Logbook log;
  private final VirtualClock clock;
  private final Chance chance;
  private final boolean anyTime;
  private final List<Task> alive = new ArrayList<>();
  private int tasks = 1;
  private final Map<Task, Held> held = new HashMap<>();

  /** Held again at a call in which they fell asleep. */
  private final Set<Task> blocked = new HashSet<>();

  private final Looks looks;

  private final Map<Task, Footprint> underway = new HashMap<>();

  /**
   * @param anyTime whether it may wake from a sleep before the others have moved
   */
  Actor(
      int number,
      Program program,
      Points points,
      Logbook log,
      VirtualClock clock,
      Chance chance,
      boolean anyTime) {
    this.number = number;
    this.program = program;
    this.points = points;
    this.log = log;
    this.clock = clock;
    this.chance = chance;
    this.anyTime = anyTime;
    this.looks = new Looks(points.patience());
  }

  /** How people call a program of a schedule, or a process of one command. */
  public static String name(int number) {
    return number < Family.FIRST
        ? String.valueOf((char) ('A' + number))
        : "task " + (number - Family.FIRST);
  }

  void begins(Task root) {
    started = true;
    if (!alive.contains(root)) {
      alive.addFirst(root);
    }
  }

  /** Whether anything was heard of its tasks since this was asked. */
  boolean wasHeard() {
    boolean was = heard;
    heard = false;
    return was;
  }

  /** How many tasks it has started, itself included. */
  int tasks() {
    return tasks;
  }

  boolean isOver() {
    return started && alive.isEmpty();
  }

  /** Whether one of its tasks may go on; one that sleeps lets others go first. */
  boolean isEnabled() {
    return !started || next(false) != null;
  }

  /** Whether it could only wait for time to pass. */
  boolean onlySleeps() {
    return started && next(false) == null && next(true) != null;
  }

  /** The task that goes next: always the innermost, so that the same run is the same again. */
  @Nullable Held next(boolean evenAsleep) {
    return !evenAsleep && hasLookedTooOften() ? null : nextOf(evenAsleep);
  }

  private boolean hasLookedTooOften() {
    return looks.areToWait(log.othersMoved(this));
  }

  /** Whether it could go on, and is kept from it only because it looks again and again. */
  boolean isPutOff() {
    return started && hasLookedTooOften() && nextOf(false) != null;
  }

  /** What it looks at again and again, for people. */
  String looksAt() {
    return looks.what();
  }

  private @Nullable Held nextOf(boolean evenAsleep) {
    return held.values().stream()
        .filter(h -> !blocked.contains(h.call().task()))
        .filter(h -> !h.sleeps() || evenAsleep || anyTime || log.othersMoved(this) > h.others())
        .min(
            Comparator.comparing(Held::sleeps)
                .thenComparingInt(h -> -h.call().task().path().length())
                .thenComparing(h -> h.call().task().path()))
        .orElse(null);
  }

  /** Whether several of its tasks could go: which one does is not tried. */
  boolean hasChoice() {
    return held.values().stream()
            .filter(h -> !h.sleeps() && !blocked.contains(h.call().task()))
            .count()
        > 1;
  }

  /** It made a call that changed nothing: who does so for ever lets others go first. */
  void looked(Footprint footprint, long result, long others) {
    if (looks.looked(footprint, result, others)) {
      points.spins();
    }
  }

  /** Every call it made: who does and undoes the same for ever lets others go first, too. */
  void made(Footprint footprint, long result, Footprint shared) {
    if (looks.made(footprint, result, shared, log.othersMoved(this))) {
      points.spins();
    }
  }

  /** Whether it has done and undone the same several times while no other program moved. */
  boolean isGoingInCircles() {
    return looks.areInCircles(log.othersMoved(this));
  }

  boolean isSpinning() {
    return looks.areTooMany();
  }

  void notSpinning() {
    looks.seeNew();
  }

  List<Task> alive() {
    return alive;
  }

  /** Tasks that are on their way, or asleep in the kernel. */
  List<Task> loose() {
    return alive.stream().filter(t -> !held.containsKey(t)).toList();
  }

  boolean isUnderway(Task task) {
    return underway.containsKey(task);
  }

  boolean isHeld(Task task) {
    return held.containsKey(task);
  }

  boolean isBlocked() {
    return !blocked.isEmpty();
  }

  void blocks(Task task) {
    blocked.add(task);
  }

  void unblockAll() {
    blocked.clear();
  }

  /** All its tasks that are held. */
  List<Held> allHeld() {
    return List.copyOf(held.values());
  }

  /** A held task is to come to the same call once more. */
  void comesAgain(Held from) {
    held.remove(from.call().task());
    blocked.remove(from.call().task());
  }

  /** What its tasks wait for. */
  List<Held> blockedCalls() {
    return held.values().stream().filter(h -> blocked.contains(h.call().task())).toList();
  }

  /** Something was changed: whoever waited for that may try again. */
  void unblock(Footprint change) {
    blocked.removeIf(
        task -> {
          Held waiting = held.get(task);
          return waiting == null || waiting.footprint().meets(change);
        });
  }

  /** A held task goes on. */
  void goes(Held from, Footprint footprint) {
    Task task = from.call().task();
    held.remove(task);
    blocked.remove(task);
    if (footprint.effect() != Footprint.Effect.EXIT) {
      underway.put(task, footprint);
    }
  }

  @Override
  public Then beforeCall(Call call) {
    heard = true;
    alarm.look(call);
    if (VirtualClock.CALLS.contains(call.sysno())) {
      return Then.SHOW_RESULT;
    }
    if (Followed.PIPES.contains(call.sysno()) || call.sysno() == Chance.CALL) {
      return Then.SHOW_RESULT;
    }
    Footprint footprint = points.footprint(call);
    if (footprint != null && points.isPoint(this, footprint)) {
      held.put(call.task(), new Held(call, footprint, log.othersMoved(this)));
      return Then.HOLD;
    }
    return points.isNotFollowed(call) ? Then.SHOW_RESULT : Then.GO_ON;
  }

  @Override
  public Then afterCall(Call call, long result) {
    heard = true;
    if (Followed.PIPES.contains(call.sysno())) {
      points.madePipe(call, result);
      return Then.GO_ON;
    }
    if (call.sysno() == Chance.CALL) {
      chance.correct(call, number, result);
      return Then.GO_ON;
    }
    if (VirtualClock.CALLS.contains(call.sysno())) {
      clock.correct(call, result);
      return Then.GO_ON;
    }
    Footprint footprint = underway.remove(call.task());
    points.made(call, result);
    boolean interrupted = -result >= RESTART_FIRST && -result <= RESTART_LAST;
    if (footprint != null && !interrupted) {
      log.made(this, call.task(), footprint, result);
    }
    return Then.GO_ON;
  }

  @Override
  public void afterExec(Task task) {
    clock.hide(task);
  }

  /** It started a process that is an actor of its own. */
  void hasForked() {
    tasks++;
  }

  @Override
  public void started(Task parent, Task child) {
    alive.add(child);
    tasks++;
  }

  @Override
  public void ended(Task task, Ending how) {
    alive.remove(task);
    held.remove(task);
    blocked.remove(task);
    underway.remove(task);
    if (task.path().equals("0")) {
      ending = how;
    }
  }
}
