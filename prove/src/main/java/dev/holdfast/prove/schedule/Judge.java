package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.schedule.End.Difference;
import dev.holdfast.prove.schedule.EndState.Thing;
import dev.holdfast.prove.watch.Raw;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges schedules with no checker to write: the serial orders are the specification. What a
 * schedule leads to must be what some order of the programs one after the other leads to, those
 * left out that withdrew: that failed and changed nothing.
 *
 * <p>Threads: one at a time.
 */
final class Judge {
  /** What may be a time of day, or the seconds since some day. */
  private static final Pattern MOMENT =
      Pattern.compile("[0-9]{6}|[0-9]{2}[^0-9/][0-9]{2}[^0-9/][0-9]{2}");

  private static final int MOST_TOLD = 4;
  private static final Duration ANOTHER_SECOND = Duration.ofMillis(1100);

  /**
   * A verdict; a finding if it has a kind, else something to be noted.
   *
   * @param leaves whether something is left behind that a later run might stumble over
   */
  record Verdict(
      ScheduleFinding.@Nullable Kind kind, List<String> evidence, String note, boolean leaves) {
    static final Verdict GOOD = new Verdict(null, List.of(), "");

    Verdict(ScheduleFinding.@Nullable Kind kind, List<String> evidence, String note) {
      this(kind, evidence, note, false);
    }

    static Verdict noted(String what) {
      return new Verdict(null, List.of(), what);
    }

    Verdict thatLeaves() {
      return new Verdict(kind, evidence, note, true);
    }

    boolean isGood() {
      return kind == null && note.isEmpty();
    }
  }

  private final Runner runner;
  private final Map<List<Integer>, List<End>> serial = new HashMap<>();
  private final Map<String, Thing> before = new TreeMap<>();
  private final Set<String> released = new HashSet<>();
  private final End.Mask mask = new End.Mask();
  private final long begun = System.nanoTime();
  private @Nullable String differsByItself;
  private Set<String> points = Set.of();
  private Learned learned;

  Judge(Runner runner) {
    this.runner = runner;
    this.learned = new Learned(runner.size());
  }

  /** Serial orders made from now on are held at these keys, as schedules are. */
  void at(Set<String> keys, Learned known) {
    points = keys;
    learned = known;
  }

  /** One more run of a serial order of all programs. */
  void addSerial(List<Integer> order, Trace trace) {
    released.addAll(trace.released());
    add(order, End.of(trace, runner.everybody()));
  }

  private void add(List<Integer> order, End end) {
    look(end.files().keySet());
    List<End> ends = serial.computeIfAbsent(order, _ -> new ArrayList<>());
    for (End other : ends) {
      String left = mask.learn(end, other, before);
      differsByItself = left == null ? differsByItself : left;
      String right = mask.learn(other, end, before);
      differsByItself = right == null ? differsByItself : right;
    }
    ends.add(end);
  }

  /** Learns what these names were before. */
  void look(Set<String> names) {
    Set<String> fresh = new HashSet<>(names);
    fresh.removeAll(before.keySet());
    before.putAll(runner.before(fresh));
  }

  /** Names and outputs that differ from run to run of the same order. */
  List<String> masked() {
    return mask.names().stream().map(Raw::display).toList();
  }

  /** Why no end can be compared; null if it can. */
  @Nullable String differsByItself() {
    return differsByItself;
  }

  Verdict judge(Trace trace) {
    End end = End.of(trace, runner.everybody());
    look(end.files().keySet());
    if (trace.killed() >= 0) {
      return killed(trace, end);
    }
    Verdict verdict = compare(trace, end);
    if (verdict.kind() == ScheduleFinding.Kind.NOT_SERIAL
        || verdict.kind() == ScheduleFinding.Kind.ABORTED) {
      runSerialAgain(verdict.evidence());
      verdict = differsByItself == null ? compare(trace, end) : Verdict.GOOD;
    }
    return verdict.kind() == null ? claims(trace, verdict) : verdict;
  }

  /** One of them was killed: it must be as if it had come to its end, or had not been there. */
  private Verdict killed(Trace trace, End end) {
    Remains remains = remains(trace, end);
    if (remains.grade() == Remains.Grade.TORN) {
      runSerialAgain(remains.differences().stream().map(Difference::told).toList());
      remains = remains(trace, end);
    }
    if (differsByItself != null) {
      return Verdict.GOOD;
    }
    String who = Conductor.name(trace.killed());
    List<Difference> differences = remains.differences();
    return switch (remains.grade()) {
      case SAME -> Verdict.GOOD;
      case SAID -> Verdict.noted("RECOVERED: another one says so where " + who + " was killed");
      case MORE ->
          Verdict.noted(
                  "LITTER: "
                      + differences.stream()
                          .filter(Difference::isMore)
                          .findFirst()
                          .map(Difference::name)
                          .orElse("")
                      + " is left behind where "
                      + who
                      + " is killed, and a later run does not mind")
              .thatLeaves();
      case FAILED ->
          Verdict.noted("GAVE_UP: another one fails where " + who + " is killed").thatLeaves();
      case TORN ->
          new Verdict(
                  ScheduleFinding.Kind.TORN,
                  differences.stream().limit(MOST_TOLD).map(Difference::told).toList(),
                  "")
              .thatLeaves();
    };
  }

  /** What an end is like beside those that this schedule may have. */
  private Remains remains(Trace trace, End end) {
    Set<Integer> gone = new HashSet<>();
    for (int who : runner.everybody()) {
      if (who == trace.killed() || End.gaveUp(trace.endings().get(who))) {
        gone.add(who);
      }
    }
    List<End> right = new ArrayList<>();
    for (List<Integer> order : possible(trace)) {
      End other = serial(order);
      if (other != null) {
        right.add(other.without(gone));
      }
    }
    List<End> whole = new ArrayList<>();
    allOrders().values().forEach(ends -> whole.add(ends.getFirst()));
    return Remains.of(end, right, whole, before, mask);
  }

  /** What files are like after one more run, beside what they are like then after these. */
  Remains compare(End later, List<End> right) {
    return Remains.of(later, right, right, before, mask);
  }

  /**
   * The orders, one after the other, with which a schedule may be compared: whoever was killed or
   * failed may also not have been there.
   */
  List<List<Integer>> possible(Trace trace) {
    List<List<Integer>> parts = new ArrayList<>(Runner.parts(runner.size()));
    parts.addFirst(runner.everybody());
    parts.addLast(List.of());
    List<List<Integer>> all = new ArrayList<>();
    for (List<Integer> part : parts) {
      boolean mayBe =
          runner.everybody().stream()
              .allMatch(
                  who ->
                      part.contains(who)
                          || who == trace.killed()
                          || End.gaveUp(trace.endings().get(who)));
      if (mayBe) {
        all.addAll(Runner.orders(part));
      }
    }
    return all;
  }

  /** How this order ends; null if it comes to no end. */
  private @Nullable End serial(List<Integer> order) {
    List<End> known = serial.get(order);
    if (known != null) {
      return known.getFirst();
    }
    Trace trace = serially(order, Runner.NOBODY);
    if (trace.stop() != null) {
      return null;
    }
    End end = End.of(trace, order.stream().sorted().toList());
    add(order, end);
    return end;
  }

  private Verdict claims(Trace trace, Verdict otherwise) {
    for (Claims.Overlap each : trace.claims()) {
      if (released.contains(each.name())) {
        return new Verdict(
            ScheduleFinding.Kind.TWO_HOLDERS,
            List.of(
                Claims.tell(each),
                "each of them takes this name as a lock: it makes it so that only one can, and"
                    + " removes it when it is done"),
            "");
      }
    }
    return otherwise;
  }

  /** What changes with time is no finding: the orders are run again at another moment. */
  private void runSerialAgain(List<String> evidence) {
    if (evidence.stream().anyMatch(line -> MOMENT.matcher(line).find())) {
      long rest = ANOTHER_SECOND.toNanos() - (System.nanoTime() - begun);
      if (rest > 0) {
        LockSupport.parkNanos(rest);
      }
    }
    for (List<Integer> order : Runner.orders(runner.everybody())) {
      Trace trace = serially(order, Runner.NOBODY);
      if (trace.stop() == null) {
        addSerial(order, trace);
      }
    }
  }

  /**
   * Runs programs one after the other.
   *
   * @param later the command that runs once more behind them; {@link Runner#NOBODY} for none
   */
  Trace serially(List<Integer> order, int later) {
    List<Integer> who = order.stream().sorted().toList();
    List<Integer> places = order.stream().map(who::indexOf).toList();
    return runner.run(who, List.of(), places, points, learned, Chooser.SERIAL, later);
  }

  private Verdict compare(Trace trace, End end) {
    if (!hasOrders()) {
      return Verdict.noted("NOT COMPARED: no order, one after the other, comes to an end");
    }
    List<Difference> nearest = null;
    for (List<End> ends : allOrders().values()) {
      List<Difference> differences = end.differences(ends.getFirst(), before, mask);
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
    for (List<End> ends : allOrders().values()) {
      if (end.isInterleaving(ends.getFirst(), before, mask)) {
        return Verdict.noted("INTERLEAVED: lines of several programs are mixed, each whole");
      }
    }
    for (List<End> ends : allOrders().values()) {
      if (failsInOtherWords(end, ends.getFirst())) {
        return Verdict.noted("GAVE_UP: who fails in this order anyway says so in other words");
      }
    }
    List<Difference> differences = nearest == null ? List.of() : nearest;
    return litter(end).orElseGet(() -> broken(end, differences));
  }

  /** Whether all that differs is what is printed by programs that fail alike in that order. */
  private boolean failsInOtherWords(End end, End other) {
    Set<String> failing = new HashSet<>();
    end.exits()
        .forEach(
            (who, status) -> {
              if (status != 0 && status.equals(other.exits().get(who))) {
                failing.add("output of " + Conductor.name(who));
              }
            });
    return end.differences(other, before, mask).stream()
        .allMatch(d -> d.kind() == Difference.Kind.OUTPUT && failing.contains(d.name()));
  }

  /** What a schedule leads to beside what the orders lead to, if its end is what is wrong. */
  ScheduleOutcomes outcomes(ScheduleFinding.Kind kind, Trace trace) {
    boolean torn = kind == ScheduleFinding.Kind.TORN;
    if (!torn && kind != ScheduleFinding.Kind.NOT_SERIAL && kind != ScheduleFinding.Kind.ABORTED) {
      return ScheduleOutcomes.NONE;
    }
    End end = End.of(trace, runner.everybody());
    List<String> orders = new ArrayList<>();
    List<Map<String, String>> values = new ArrayList<>();
    Map<String, String> here = new TreeMap<>();
    for (List<Integer> order : torn ? possible(trace) : allOrders().keySet()) {
      End other = serial(order);
      if (other == null) {
        continue;
      }
      orders.add(told(order));
      Map<String, String> there = new HashMap<>();
      End compared = torn ? other.without(List.of(trace.killed())) : other;
      for (Difference d : end.differences(compared, before, mask)) {
        here.putIfAbsent(d.name(), d.here());
        there.put(d.name(), d.there());
      }
      values.add(there);
    }
    List<ScheduleOutcomes.Row> rows = new ArrayList<>();
    here.forEach(
        (name, value) ->
            rows.add(
                new ScheduleOutcomes.Row(
                    name,
                    value,
                    values.stream().map(there -> there.getOrDefault(name, value)).toList())));
    return new ScheduleOutcomes(orders, rows);
  }

  /** An order as people read it. */
  static String told(List<Integer> order) {
    return order.isEmpty()
        ? "none"
        : String.join(" then ", order.stream().map(Conductor::name).toList())
            + (order.size() == 1 ? " alone" : "");
  }

  /** Whether some order of all programs, one after the other, comes to an end. */
  boolean hasOrders() {
    return !allOrders().isEmpty();
  }

  private Map<List<Integer>, List<End>> allOrders() {
    Map<List<Integer>, List<End>> all = new TreeMap<>(Comparator.comparing(Object::toString));
    serial.forEach(
        (order, ends) -> {
          if (order.size() == runner.size()) {
            all.put(order, ends);
          }
        });
    return all;
  }

  /** Only names that no serial order leaves, and that were not there before. */
  private Optional<Verdict> litter(End end) {
    for (List<End> ends : allOrders().values()) {
      End other = ends.getFirst();
      List<Difference> differences = end.differences(other, before, mask);
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
    List<String> evidence = new ArrayList<>();
    nearest.stream().limit(MOST_TOLD).forEach(d -> evidence.add(d.told()));
    boolean filesRight =
        allOrders().values().stream()
            .anyMatch(
                ends ->
                    end.differences(ends.getFirst(), before, mask).stream()
                        .noneMatch(d -> d.kind() == Difference.Kind.FILE));
    boolean failed = end.exits().values().stream().anyMatch(e -> e != 0);
    Verdict verdict =
        new Verdict(
            filesRight && failed ? ScheduleFinding.Kind.ABORTED : ScheduleFinding.Kind.NOT_SERIAL,
            evidence,
            "");
    return nearest.stream().anyMatch(Difference::isMore) ? verdict.thatLeaves() : verdict;
  }

  /** What to say if some programs gave up and the rest came out as without them; else empty. */
  private String withdrawn(Trace trace, End end) {
    List<List<Integer>> parts = new ArrayList<>(Runner.parts(runner.size()));
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
      for (List<Integer> order : Runner.orders(rest)) {
        End without = serial(order);
        if (without != null && end.differences(without, before, mask).isEmpty()) {
          int who = gone.getFirst();
          return "GAVE_UP: "
              + Conductor.name(who)
              + " ends with "
              + end.exits().get(who)
              + " and leaves nothing behind"
              + said(end.outputs().getOrDefault(who, ""));
        }
      }
    }
    return "";
  }

  /** The last line of an output, behind a colon; empty if there is none. */
  static String said(String output) {
    String[] lines = output.strip().split("\n", -1);
    String last = lines[lines.length - 1].strip();
    return last.isEmpty() ? "" : ": " + Raw.display(last);
  }

  /**
   * True if nothing a program changed was there before or is there now; but whoever gives up may
   * have removed a lock that nobody held.
   */
  private boolean leftNothing(Trace trace, End end, int who) {
    Set<String> names = trace.written().get(who);
    look(names);
    return names.stream()
        .filter(n -> !released.contains(n))
        .allMatch(n -> before.getOrDefault(n, Thing.ABSENT).isAbsent() && isGone(end, n));
  }

  /** An empty file is as good as none: it is what opening a lock file leaves. */
  private boolean isGone(End end, String name) {
    Thing thing = end.thing(name, before);
    return thing.isAbsent() || (thing.isRegular() && thing.contents().isEmpty());
  }
}
