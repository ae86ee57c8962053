package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.schedule.judge.End.Difference;
import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.Claims;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges schedules with no checker to write: what a schedule leads to must be what some order of
 * the programs, {@linkplain SerialEnds one after the other}, leads to, those left out that
 * withdrew: that failed and changed nothing.
 *
 * <p>What differs is looked at from the most harmless explanation to the worst one: some gave up
 * and are as good as not there; who fails anyway says so in other words; something is said on
 * standard error only; whole lines are in another order; a name more is left. Else it is a fault.
 * Where the ends are right two may still have held the same name as a lock.
 *
 * <p>Threads: one at a time.
 */
public final class Judge {
  private static final int MOST_TOLD = 4;

  private final Runner runner;
  private final SerialEnds ends;
  private final OwnOrders own;
  private final KilledOne killed;
  private Set<String> points = Set.of();

  public Judge(Runner runner) {
    this.runner = runner;
    this.ends = new SerialEnds(runner);
    this.own = new OwnOrders(runner, ends);
    this.killed = new KilledOne(runner, ends);
  }

  /** What is right. */
  public SerialEnds ends() {
    return ends;
  }

  /** What is right where the processes of one command run against one another. */
  public OwnOrders own() {
    return own;
  }

  /** Serial orders made from now on are held at these keys, as schedules are. */
  public void at(Set<String> keys, Learned known) {
    points = keys;
    ends.at(keys, known);
    if (runner.family() != null) {
      own.clear();
    }
  }

  /** Judges any schedule; null if it is not decided, since it came to no end. */
  public @Nullable Verdict verdict(Trace trace) {
    if (trace.stop() == null) {
      return judge(trace);
    }
    return switch (trace.stop()) {
      case DEADLOCK -> endless(ScheduleFinding.Kind.DEADLOCK, trace);
      case LIVELOCK -> endless(ScheduleFinding.Kind.LIVELOCK, trace);
      case BOUND, TIMEOUT, DIVERGED, KNOWN -> null;
    };
  }

  private static Verdict endless(ScheduleFinding.Kind kind, Trace trace) {
    return Verdict.found(
        trace.killed() >= 0 ? ScheduleFinding.Kind.STUCK : kind, trace.explanation());
  }

  /** Judges one that came to its end. */
  public Verdict judge(Trace trace) {
    End end = End.of(trace, runner.everybody());
    ends.look(end.files().keySet());
    if (trace.killed() >= 0) {
      return killed.judge(trace, end);
    }
    Verdict verdict = compare(trace, end);
    if (verdict.kind() == ScheduleFinding.Kind.NOT_SERIAL
        || verdict.kind() == ScheduleFinding.Kind.ABORTED) {
      // What changes with time is no finding: the orders are run again at another moment.
      ends.awaitAnotherMoment(verdict.evidence());
      if (runner.family() != null) {
        own.runAgain();
      } else {
        ends.runAgain();
      }
      verdict = ends.differsByItself() == null ? compare(trace, end) : Verdict.GOOD;
    }
    return verdict.kind() == null ? claims(trace, verdict) : verdict;
  }

  private Verdict compare(Trace trace, End end) {
    Collection<End> orders = ends.all().values();
    if (orders.isEmpty()) {
      return Verdict.noted("NOT COMPARED: no order, one after the other, comes to an end");
    }
    List<Difference> nearest = null;
    for (End other : orders) {
      List<Difference> differences = ends.differences(end, other);
      if (differences.isEmpty()) {
        return Verdict.GOOD;
      }
      if (nearest == null || differences.size() < nearest.size()) {
        nearest = differences;
      }
    }
    String withdrawn = withdrawn(trace, end);
    if (!withdrawn.isEmpty()) {
      return Verdict.noted(withdrawn);
    }
    if (orders.stream().anyMatch(other -> failsInOtherWords(end, other))) {
      return Verdict.noted("GAVE_UP: who fails in this order anyway says so in other words");
    }
    String warned = warned(end);
    if (!warned.isEmpty()) {
      return Verdict.noted(warned);
    }
    if (orders.stream().anyMatch(other -> ends.isInterleaving(end, other))) {
      return Verdict.noted("INTERLEAVED: lines of several programs are mixed, each whole");
    }
    List<Difference> differences = nearest == null ? List.of() : nearest;
    return litter(end).orElseGet(() -> broken(end, differences));
  }

  /** What to say if some programs gave up and the rest came out as without them; else empty. */
  private String withdrawn(Trace trace, End end) {
    if (runner.family() != null) {
      return "";
    }
    List<List<Integer>> parts = new ArrayList<>(Orders.parts(runner.size()));
    // All may have given up.
    parts.addLast(List.of());
    for (List<Integer> rest : parts) {
      List<Integer> gone = new ArrayList<>(runner.everybody());
      gone.removeAll(rest);
      boolean allWithdrew =
          gone.stream()
              .allMatch(i -> End.gaveUp(trace.endings().get(i)) && leftNothing(trace, end, i));
      if (!allWithdrew) {
        continue;
      }
      for (List<Integer> order : Orders.of(rest)) {
        End without = ends.of(order);
        if (without != null && ends.differences(end, without).isEmpty()) {
          int who = gone.getFirst();
          return "GAVE_UP: "
              + Actor.name(who)
              + " ends with "
              + end.exits().get(who)
              + " and leaves nothing behind"
              + End.lastLine(end.said(who));
        }
      }
    }
    return "";
  }

  /**
   * True if nothing a program changed was there before or is there now; but whoever gives up may
   * have removed a lock that nobody held.
   */
  private boolean leftNothing(Trace trace, End end, int who) {
    Set<String> names = trace.written().get(who);
    ends.look(names);
    return names.stream()
        .filter(n -> !ends.isReleased(n))
        .allMatch(n -> ends.before(n).isAbsent() && isGone(end, n));
  }

  /** An empty file is as good as none: it is what opening a lock file leaves. */
  private boolean isGone(End end, String name) {
    Thing thing = ends.thing(end, name);
    return thing.isAbsent() || (thing.isRegular() && thing.contents().isEmpty());
  }

  /** Whether all that differs is what is printed by programs that fail alike in that order. */
  private boolean failsInOtherWords(End end, End other) {
    Set<String> failing = new HashSet<>();
    end.exits()
        .forEach(
            (who, status) -> {
              if (status != 0 && status.equals(other.exits().get(who))) {
                failing.add(End.key(Difference.Kind.OUTPUT, who));
                failing.add(End.key(Difference.Kind.ERRORS, who));
              }
            });
    return ends.differences(end, other).stream().allMatch(d -> failing.contains(d.name()));
  }

  /** What to say if all that differs is said on standard error, and not only by who fails. */
  private String warned(End end) {
    for (End other : ends.all().values()) {
      List<Difference> differences = ends.differences(end, other);
      if (differences.stream().allMatch(d -> d.kind() == Difference.Kind.ERRORS)) {
        Difference first = differences.getFirst();
        return "WARNED: all is right, but for " + first.name() + ", which is " + first.here();
      }
    }
    return "";
  }

  /** Only names that no serial order leaves, and that were not there before. */
  private Optional<Verdict> litter(End end) {
    for (End other : ends.all().values()) {
      List<Difference> differences = ends.differences(end, other);
      differences.removeIf(d -> d.kind() == Difference.Kind.ERRORS);
      boolean onlyMore = differences.stream().allMatch(Difference::isMore);
      boolean anyOutside =
          points.stream().anyMatch(p -> differences.stream().anyMatch(d -> isName(p, d.name())));
      if (onlyMore && !anyOutside) {
        return Optional.of(
            Verdict.noted("LITTER: " + differences.getFirst().name() + " is left behind")
                .thatLeaves());
      }
    }
    return Optional.empty();
  }

  private static boolean isName(String key, String name) {
    return key.startsWith("n:") && Raw.display(key.substring(2)).equals(name);
  }

  private Verdict broken(End end, List<Difference> nearest) {
    boolean filesRight =
        ends.all().values().stream()
            .anyMatch(
                other ->
                    ends.differences(end, other).stream()
                        .noneMatch(d -> d.kind() == Difference.Kind.FILE));
    boolean failed = end.exits().values().stream().anyMatch(e -> e != 0 && e != Ending.STILL_RUNS);
    Verdict verdict =
        Verdict.found(
            filesRight && failed ? ScheduleFinding.Kind.ABORTED : ScheduleFinding.Kind.NOT_SERIAL,
            evidence(nearest));
    return nearest.stream().anyMatch(Difference::isMore) ? verdict.thatLeaves() : verdict;
  }

  private Verdict claims(Trace trace, Verdict otherwise) {
    for (Claims.Overlap each : trace.claims()) {
      if (ends.isReleased(each.name())) {
        return Verdict.found(
            ScheduleFinding.Kind.TWO_HOLDERS,
            List.of(
                Claims.tell(each),
                "each of them takes this name as a lock: it makes it so that only one can, and"
                    + " removes it when it is done"));
      }
    }
    return otherwise;
  }

  /** The first few, for people. */
  static List<String> evidence(List<Difference> differences) {
    return differences.stream().limit(MOST_TOLD).map(Difference::told).toList();
  }

  /** What a schedule leads to beside what the orders lead to, if its end is what is wrong. */
  public ScheduleOutcomes outcomes(ScheduleFinding.Kind kind, Trace trace) {
    return OutcomeTable.of(kind, trace, runner.everybody(), ends);
  }
}
