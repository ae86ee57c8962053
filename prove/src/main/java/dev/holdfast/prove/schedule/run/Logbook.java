package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.schedule.run.Trace.Node;
import dev.holdfast.prove.schedule.run.Trace.Turn;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was decided in a run and what came of it: each call on what is shared, in its order, and
 * what that means to others. Some may try again what they waited for, and who looks again and again
 * sees something new.
 *
 * <p>Threads: the tracer's.
 */
final class Logbook {
  private final Actors actors;
  private final Points points;
  private final Rules rules;

  private final History history = new History();
  private final Claims claims = new Claims();
  private final Holders holders = new Holders();

  private final List<Node> nodes = new ArrayList<>();
  private final List<Integer> choices = new ArrayList<>();
  private final List<Turn> turns = new ArrayList<>();
  private final List<Footprint> thisTurn = new ArrayList<>();
  private final List<ScheduleStep> steps = new ArrayList<>();
  private final List<Footprint> footprints = new ArrayList<>();
  private final List<ScheduleWait> waits = new ArrayList<>();

  /** How many steps each has made. */
  private final Map<Integer, Long> moved = new HashMap<>();

  /** How many calls changed something that others notice. */
  private long changes;

  /** Whether the next step takes the turn from somebody. */
  private boolean preempts;

  Logbook(Actors actors, Points points, Rules rules) {
    this.actors = actors;
    this.points = points;
    this.rules = rules;
  }

  /** It was left open who goes, or that nobody does. */
  void decided(Decision decision, int chosen) {
    nodes.add(new Node(decision, chosen));
  }

  /** One is let go. */
  void goes(Decision decision, int chosen) {
    preempts |= decision.costOf(chosen) > 0;
    choices.add(chosen);
    thisTurn.clear();
  }

  /**
   * All is at rest again.
   *
   * @param idle whether nothing was done, since who went has to wait
   */
  void went(int who, boolean idle) {
    turns.add(new Turn(who, List.copyOf(thisTurn), idle));
  }

  /**
   * A program has begun, or one of its tasks fell asleep in a call that is not taken back: this
   * moment is not the one before.
   */
  void isUnderway(Actor actor, String task) {
    history.add(actor.number, task, Footprint.NOTHING, false);
  }

  /** A sleep was skipped. */
  void slept(Actor actor, Task task, Footprint footprint) {
    history.add(actor.number, task.path(), footprint, false);
  }

  /** A call of a held task was made. */
  void made(Actor actor, Task task, Footprint footprint, long result) {
    boolean failed = result < 0;
    if (rules.family() != null) {
      // It makes its first call that others could notice: now its name is known.
      rules.family().isCalled(actor.number, points.commandOf(task));
    }
    if (!failed) {
      points.made(footprint);
    }
    Footprint did = points.shared(failed ? footprint.failed() : footprint);
    history.add(actor.number, task.path(), did, failed);
    thisTurn.add(did);
    actor.made(footprint, result, did);
    // A daemon that sleeps by a child that it waits for does nothing by that child's end.
    boolean passes = rules.quiet() && footprint.effect() == Effect.EXIT && !task.path().equals("0");
    if (did.writes().isEmpty()) {
      actor.looked(footprint, result, othersMoved(actor));
    } else if (!passes) {
      changes += actor.isGoingInCircles() ? 0 : 1;
      actors.all().forEach(Actor::notSpinning);
    }
    // Of two that wait for one another neither moves by looking once more.
    if (!actor.isSpinning() && !passes) {
      moved.merge(actor.number, 1L, Long::sum);
    }
    String holds = failed ? "" : succeeded(actor, footprint, did);
    actors.all().forEach(each -> each.unblock(did));
    footprints.add(did);
    steps.add(
        new ScheduleStep(
            actor.number,
            task.path(),
            footprint.call(),
            about(footprint),
            failed ? new SyscallResult(result).toString() : "",
            holds,
            preempts));
    preempts = false;
  }

  /** {@return what to tell of the locks it takes or gives back; empty if nothing} */
  private String succeeded(Actor actor, Footprint footprint, Footprint did) {
    if (!footprint.onlyCreates()) {
      did.writes().stream()
          .filter(k -> k.startsWith("n:") || k.startsWith("c:"))
          .forEach(k -> actor.written.add(k.substring(2)));
    }
    claims.made(actor.number, footprint, steps.size());
    return holders.made(actor.number, footprint);
  }

  /** A program has ended: it holds no name as a lock. */
  void ended(Actor actor) {
    claims.ended(actor.number);
  }

  /** One has to wait at a call. */
  void waits(Actor actor, Footprint wanted) {
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

  private static String about(Footprint footprint) {
    String about =
        String.join(" -> ", footprint.names().stream().distinct().map(Raw::display).toList());
    return footprint.detail().isEmpty() ? about : about + " (" + footprint.detail() + ")";
  }

  /** How many steps the other programs have made. */
  long othersMoved(Actor actor) {
    return moved.entrySet().stream()
        .filter(m -> m.getKey() != actor.number)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** How many calls changed something that others notice. */
  long changes() {
    return changes;
  }

  /** The class of all that was done. */
  long state() {
    return history.number();
  }

  int decisions() {
    return choices.size();
  }

  int length() {
    return steps.size();
  }

  /** Whether the last turn came to nothing. */
  boolean isIdle() {
    return !turns.isEmpty() && turns.getLast().idle();
  }

  Holders holders() {
    return holders;
  }

  Claims claims() {
    return claims;
  }

  /** Behind what was given. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  List<Integer> choices() {
    return List.copyOf(choices);
  }

  List<Turn> turns() {
    return List.copyOf(turns);
  }

  List<ScheduleStep> steps() {
    return List.copyOf(steps);
  }

  /** Of the steps, as far as they are on what is shared. */
  List<Footprint> footprints() {
    return List.copyOf(footprints);
  }

  List<ScheduleWait> waits() {
    return List.copyOf(waits);
  }
}
