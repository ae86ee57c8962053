package dev.holdfast.prove.schedule;

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
final class Actor implements TraceHandler {
  private static final int MAX_LOOKS = 8;

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
  boolean clockSet;
  @Nullable Ending ending;

  private final Conductor conductor;
  private final List<Task> alive = new ArrayList<>();
  private int tasks = 1;
  private final Map<Task, Held> held = new HashMap<>();

  /** Held again at a call in which they fell asleep. */
  private final Set<Task> blocked = new HashSet<>();

  /** How often it looked at the same thing, and saw the same, while nothing changed. */
  private final Map<String, Integer> looks = new HashMap<>();

  /** How far the others had come when it had looked too often; negative if it has not. */
  private long spinning = -1;

  private final Circles circles = new Circles();

  private final Map<Task, Footprint> underway = new HashMap<>();

  Actor(int number, Program program, Conductor conductor) {
    this.number = number;
    this.program = program;
    this.conductor = conductor;
  }

  void begins(Task root) {
    started = true;
    if (!alive.contains(root)) {
      alive.addFirst(root);
    }
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
    boolean lookedTooOften = spinning >= 0 && conductor.othersMoved(this) <= spinning;
    if (!evenAsleep && (lookedTooOften || isGoingInCircles())) {
      return null;
    }
    return held.values().stream()
        .filter(h -> !blocked.contains(h.call().task()))
        .filter(
            h ->
                !h.sleeps()
                    || evenAsleep
                    || conductor.anyTime
                    || conductor.othersMoved(this) > h.others())
        .min(
            Comparator.comparing(Held::sleeps)
                .thenComparingInt(h -> -h.call().task().path().length())
                .thenComparing(h -> h.call().task().path()))
        .orElse(null);
  }

  /** It made a call that changed nothing: who does so for ever lets others go first. */
  void looked(Footprint footprint, long result, long others) {
    // To ask for the same signals again is no look, and to read on is not the same one.
    if (!footprint.call().contains("read") && !footprint.names().isEmpty()) {
      int often = looks.merge(footprint.call() + footprint.names() + result, 1, Integer::sum);
      if (often > MAX_LOOKS) {
        spinning = others;
        conductor.spins();
      }
    }
  }

  /** Every call it made: who does and undoes the same for ever lets others go first, too. */
  void made(Footprint footprint, long result, Footprint shared) {
    if (circles.add(footprint, result, shared, conductor.othersMoved(this))) {
      conductor.spins();
    }
  }

  /** Whether it has done and undone the same several times while no other program moved. */
  boolean isGoingInCircles() {
    return circles.isClosed(conductor.othersMoved(this));
  }

  boolean isSpinning() {
    return spinning >= 0;
  }

  void notSpinning() {
    looks.clear();
    spinning = -1;
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
    clockSet |= Followed.setsClock(call);
    Footprint footprint = conductor.footprint(call);
    if (footprint != null && conductor.isPoint(this, footprint)) {
      held.put(call.task(), new Held(call, footprint, conductor.othersMoved(this)));
      return Then.HOLD;
    }
    return conductor.notFollowed(call) == null ? Then.GO_ON : Then.SHOW_RESULT;
  }

  @Override
  public Then afterCall(Call call, long result) {
    Footprint footprint = underway.remove(call.task());
    String notFollowed = result < 0 ? null : conductor.notFollowed(call);
    if (notFollowed != null) {
      conductor.unknown(notFollowed);
    }
    if (footprint != null && !Conductor.isInterrupted(result)) {
      conductor.made(this, call.task(), footprint, result);
    }
    return Then.GO_ON;
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
