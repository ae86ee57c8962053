package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The two steps whose order matters, in a schedule with as few preemptions as it takes. Without the
 * last preemption it ends well, since all with fewer do: so what counts is a call that was put off
 * there, and one that came before it instead.
 */
final class Turning {
  private final List<ScheduleStep> steps;
  private final List<Footprint> footprints;
  private final Trace trace;

  /** The names of lock files: what is in them matters to nobody. */
  private final Set<String> locks;

  private Turning(Trace trace) {
    this.trace = trace;
    this.steps = trace.steps();
    this.footprints = trace.footprints();
    this.locks =
        footprints.stream()
            .filter(f -> f.effect() == Effect.LOCK)
            .flatMap(f -> f.writes().stream())
            .map(key -> key.substring(2))
            .collect(Collectors.toSet());
  }

  /** Their numbers, from 0 and in their order; empty if no two can be told. */
  static List<Integer> of(ScheduleFinding.Kind kind, Trace trace) {
    Turning turning = new Turning(trace);
    return switch (kind) {
      case DEADLOCK -> turning.deadlock();
      case TWO_HOLDERS ->
          trace.claims().isEmpty()
              ? turning.putOff(kind)
              : List.of(trace.claims().getFirst().since(), trace.claims().getFirst().until());
      case NOT_SERIAL, ABORTED, LIVELOCK, ORDER -> turning.putOff(kind);
      case STUCK, TORN -> trace.killed() < 0 ? turning.putOff(kind) : turning.killed();
    };
  }

  /** Where each took what another one waits for at the end. */
  private List<Integer> deadlock() {
    return trace.waits().stream()
        .filter(wait -> wait.step() == steps.size())
        .flatMap(wait -> wait.holders().stream().map(holder -> taken(holder, wait)))
        .filter(step -> step >= 0)
        .distinct()
        .sorted()
        .limit(2)
        .toList();
  }

  /** What was not undone when one was killed, and the first call that failed because of that. */
  private List<Integer> killed() {
    int kill = last(i -> footprints.get(i).isDeath());
    if (kill < 0) {
      return List.of();
    }
    for (int late = kill + 1; late < steps.size(); late++) {
      int meets = late;
      int early =
          last(
              i ->
                  i < kill
                      && steps.get(i).program() == trace.killed()
                      && meet(footprints.get(i), footprints.get(meets))
                      && !footprints.get(i).writes().isEmpty());
      if (early >= 0 && !steps.get(late).result().isEmpty()) {
        return List.of(early, late);
      }
    }
    int change =
        last(
            i ->
                i < kill
                    && steps.get(i).program() == trace.killed()
                    && !footprints.get(i).writes().isEmpty());
    return change < 0 ? List.of() : List.of(change, kill);
  }

  private int taken(int holder, ScheduleWait wait) {
    return last(
        i ->
            steps.get(i).program() == holder
                && footprints.get(i).effect() == Effect.LOCK
                && steps.get(i).about().equals(wait.about()));
  }

  private int last(IntPredicate which) {
    return IntStream.range(0, steps.size()).filter(which).reduce(-1, (_, i) -> i);
  }

  private List<Integer> putOff(ScheduleFinding.Kind kind) {
    int turn = last(i -> steps.get(i).preempts());
    if (turn < 1) {
      // Who had to wait at a lock was put off as well.
      turn = last(i -> i > 0 && isSwitch(i));
    }
    if (turn < 1) {
      return List.of();
    }
    int delayed = steps.get(turn - 1).program();
    List<Integer> later =
        IntStream.range(turn, steps.size())
            .filter(i -> steps.get(i).program() == delayed)
            .boxed()
            .toList();
    if (kind == ScheduleFinding.Kind.ABORTED) {
      for (int late : later) {
        int cause = steps.get(late).result().isEmpty() ? -1 : lastChange(turn, late);
        if (cause >= 0) {
          return List.of(cause, late);
        }
      }
    }
    // A call that only looks matters less than one that changes what was looked at.
    for (boolean changes : List.of(true, false)) {
      for (int late : later) {
        int early = firstMet(turn, late);
        if (early >= 0 && (!changes || !footprints.get(late).writes().isEmpty())) {
          return List.of(early, late);
        }
      }
    }
    return List.of();
  }

  /** Whether the turn goes from one program to another here, and comes back to it. */
  private boolean isSwitch(int step) {
    int before = steps.get(step - 1).program();
    return steps.get(step).program() != before
        && steps.subList(step, steps.size()).stream().anyMatch(s -> s.program() == before);
  }

  private boolean isOther(int step, int late) {
    return steps.get(step).program() != steps.get(late).program();
  }

  /** The first step of another program since the turn that this one meets. */
  private int firstMet(int turn, int late) {
    IntStream met =
        IntStream.range(turn, late)
            .filter(i -> isOther(i, late) && meet(footprints.get(i), footprints.get(late)));
    List<Integer> all = met.boxed().toList();
    return all.stream()
        .filter(i -> !isBystander(footprints.get(i), footprints.get(late)))
        .findFirst()
        .orElse(all.isEmpty() ? -1 : all.getFirst());
  }

  private boolean meet(Footprint early, Footprint late) {
    return late.writes().stream().anyMatch(k -> matters(k) && touches(early, k))
        || early.writes().stream().anyMatch(k -> matters(k) && touches(late, k));
  }

  private boolean matters(String key) {
    return !locks.contains(key.substring(2));
  }

  private static boolean touches(Footprint footprint, String key) {
    return footprint.reads().contains(key) || footprint.writes().contains(key);
  }

  /** Programs ask for size and mode of what they read; the reading is what counts. */
  private static boolean isBystander(Footprint early, Footprint late) {
    Set<String> common = new HashSet<>(early.reads());
    common.retainAll(late.writes());
    return early.writes().isEmpty()
        && early.call().contains("stat")
        && common.stream().noneMatch(k -> k.startsWith("n:"));
  }

  /** The last step of another program since the turn that changed what this one met. */
  private int lastChange(int turn, int late) {
    Set<String> keys = footprints.get(late).reads();
    return IntStream.range(turn, late)
        .filter(i -> isOther(i, late))
        .filter(i -> footprints.get(i).writes().stream().anyMatch(keys::contains))
        .reduce(-1, (_, i) -> i);
  }
}
