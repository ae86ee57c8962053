package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.schedule.judge.End.Difference;
import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.schedule.run.Family;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.watch.Raw;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the programs end one after the other: that is the specification. Where two runs of the same
 * order end differently what differs is masked, and if that cannot be nothing is compared.
 *
 * <p>Orders of some of the programs, the others left out, are run when they are asked for.
 *
 * <p>Threads: one at a time.
 */
public final class SerialEnds {
  /** What may be a time of day, or the seconds since some day. */
  private static final Pattern MOMENT =
      Pattern.compile("[0-9]{6}|[0-9]{2}[^0-9/][0-9]{2}[^0-9/][0-9]{2}");

  private static final Duration ANOTHER_SECOND = Duration.ofMillis(1100);

  private final Runner runner;
  private final Map<List<Integer>, List<End>> ends = new HashMap<>();
  private final Map<String, Thing> before = new TreeMap<>();
  private final Set<String> released = new HashSet<>();
  private final End.Mask mask = new End.Mask();
  private final long begun = System.nanoTime();
  private @Nullable String differsByItself;
  private Set<String> points = Set.of();
  private Learned learned;

  SerialEnds(Runner runner) {
    this.runner = runner;
    this.learned = new Learned(runner.size());
  }

  /** Orders run from now on are held at these keys, as schedules are. */
  void at(Set<String> keys, Learned known) {
    points = keys;
    learned = known;
  }

  /** Forgets how they end. */
  void clear() {
    ends.clear();
  }

  /** One more run of an order of all programs. */
  public void add(List<Integer> order, Trace trace) {
    released.addAll(trace.released());
    add(order, End.of(trace, runner.everybody()));
  }

  void add(List<Integer> order, End end) {
    look(end.files().keySet());
    List<End> known = ends.computeIfAbsent(order, _ -> new ArrayList<>());
    for (End other : known) {
      String left = mask.learn(end, other, before);
      differsByItself = left == null ? differsByItself : left;
      String right = mask.learn(other, end, before);
      differsByItself = right == null ? differsByItself : right;
    }
    known.add(end);
  }

  /** Learns what these names were before. */
  void look(Collection<String> names) {
    Set<String> fresh = new HashSet<>(names);
    fresh.removeAll(before.keySet());
    before.putAll(runner.before(fresh));
  }

  /** Runs a schedule again, held as the orders are. */
  Trace again(Trace trace) {
    return runner.run(
        runner.everybody(), trace.choices(), runner.everybody(), points, learned, Chooser.USUAL);
  }

  /**
   * Runs programs one after the other.
   *
   * @param later the command that runs once more behind them; {@link Runner#NOBODY} for none
   */
  Trace run(List<Integer> order, int later) {
    List<Integer> who = order.stream().sorted().toList();
    List<Integer> places = order.stream().map(who::indexOf).toList();
    return runner.run(who, List.of(), places, points, learned, Chooser.SERIAL, later);
  }

  /** Runs all of them again. */
  void runAgain() {
    for (List<Integer> order : Orders.of(runner.everybody())) {
      Trace trace = run(order, Runner.NOBODY);
      if (trace.stop() == null) {
        add(order, trace);
      }
    }
  }

  /** If what differs may be a moment, waits until it is another one. */
  void awaitAnotherMoment(List<String> evidence) {
    long rest = ANOTHER_SECOND.toNanos() - (System.nanoTime() - begun);
    if (rest > 0 && evidence.stream().anyMatch(line -> MOMENT.matcher(line).find())) {
      LockSupport.parkNanos(rest);
    }
  }

  /** How an order ends; null if it comes to no end. */
  @Nullable End of(List<Integer> order) {
    List<End> known = ends.get(order);
    if (known != null) {
      return known.getFirst();
    }
    Trace trace = run(order, Runner.NOBODY);
    if (trace.stop() != null) {
      return null;
    }
    End end = End.of(trace, order.stream().sorted().toList());
    add(order, end);
    return end;
  }

  /** How each order of all programs ends, that comes to an end. */
  Map<List<Integer>, End> all() {
    Map<List<Integer>, End> all = new TreeMap<>(Comparator.comparing(Object::toString));
    ends.forEach(
        (order, known) -> {
          if (order.size() == runner.size()) {
            all.put(order, known.getFirst());
          }
        });
    return all;
  }

  /** Whether some order of all programs comes to an end. */
  public boolean hasOrders() {
    return !all().isEmpty();
  }

  /**
   * The orders with which a schedule may be compared: whoever was killed or failed may also not
   * have been there.
   */
  List<List<Integer>> possible(Trace trace) {
    List<List<Integer>> parts = new ArrayList<>(Orders.parts(runner.size()));
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
        all.addAll(Orders.of(part));
      }
    }
    return all;
  }

  /** How two ends differ, in what is compared. */
  List<Difference> differences(End one, End other) {
    return one.differences(other, before, mask);
  }

  /** True if all that differs are the places of whole lines, and what is said on errors. */
  boolean isInterleaving(End one, End other) {
    return one.isInterleaving(other, before, mask);
  }

  /**
   * What is left behind, beside what is right.
   *
   * @param whole where all came to their ends
   */
  Remains remains(End end, List<End> right, List<End> whole) {
    return Remains.of(end, right, whole, before, mask);
  }

  /** What a name was before. */
  Thing before(String name) {
    return before.getOrDefault(name, Thing.ABSENT);
  }

  /** What a name is at an end. */
  Thing thing(End end, String name) {
    return end.thing(name, before);
  }

  /** Whether some program makes this name so that only one can, and removes it again. */
  boolean isReleased(String name) {
    return released.contains(name);
  }

  /** Names and outputs that differ from run to run of the same order. */
  public List<String> masked() {
    return mask.names().stream().map(Raw::display).toList();
  }

  /** Why no end can be compared; null if it can. */
  public @Nullable String differsByItself() {
    return differsByItself;
  }

  /** An order as people read it. */
  public static String told(List<Integer> order) {
    if (order.size() == 1 && order.getFirst() >= Family.FIRST) {
      return "order " + (order.getFirst() - Family.FIRST + 1);
    }
    return order.isEmpty()
        ? "none"
        : String.join(" then ", order.stream().map(Actor::name).toList())
            + (order.size() == 1 ? " alone" : "");
  }
}
