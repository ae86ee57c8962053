package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.judge.OwnOrders;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import dev.holdfast.prove.schedule.run.History;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Schedules with fewer preemptions first, so that the first one that fails has the fewest that it
 * takes; of those with as few, where the turn goes back and forth less often.
 *
 * <p>A schedule is run as far as it is given, and goes on as it likes. At each decision behind that
 * every other program that could go is let go by a schedule of its own, some time. A decision and
 * who goes there are a node: its number is that of all calls before, ordered as far as they meet
 * ({@link History}). Schedules that come to the same node are in the same state, so it is left the
 * same ways only once: by the one that has come there with the fewest preemptions. That does not
 * miss any schedule within a bound, since whatever else leads there takes as many, or more; to
 * leave out what commutes, as partial order reduction does, would.
 *
 * <p>Threads: one at a time.
 */
final class ByPreemptions {
  /** So many schedules for each that runs at the same time; none of them knows of the others. */
  private static final int BATCH = 2;

  private static final long RANK = 1_000_000;

  /**
   * A schedule to run.
   *
   * @param cost how many of the decisions are preemptions
   * @param switches how often the turn goes from one to another in them
   * @param given decisions
   */
  private record Item(int cost, int switches, long order, List<Integer> given) {
    /** Lower is better. */
    long rank() {
      return cost * RANK + switches;
    }
  }

  private final Executions executions;
  private final Findings findings;

  /** Where the processes of one command run against one another; else null. */
  private final @Nullable OwnOrders own;

  private final int bound;
  private final PriorityQueue<Item> queue =
      new PriorityQueue<>(Comparator.comparingLong(Item::rank).thenComparingLong(Item::order));
  private final Set<Long> visited = new HashSet<>();

  /** The least rank with which one is to go on at a node. */
  private final Map<Long, Long> ranks = new HashMap<>();

  private long pushed;
  private boolean cut;
  private int tried = -1;

  /**
   * @param own hears of the schedules of one command that take no turn from anybody, which are
   *     right; null where programs run against one another
   * @param bound no schedule with more preemptions; negative if there is none
   */
  ByPreemptions(Executions executions, Findings findings, @Nullable OwnOrders own, int bound) {
    this.executions = executions;
    this.findings = findings;
    this.own = own;
    this.bound = bound;
  }

  /** All begins again. */
  void start() {
    queue.clear();
    visited.clear();
    ranks.clear();
    cut = false;
    tried = -1;
    push(0, 0, List.of());
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** How many preemptions the next ones have. */
  int cost() {
    return queue.element().cost();
  }

  /** Whether there are none with so few. */
  boolean areTried(int preemptions) {
    return queue.isEmpty() || cost() > preemptions;
  }

  /** Up to how many preemptions all schedules were run; -1 for not even those without any. */
  int tried() {
    return tried;
  }

  /** Whether some were left out that have more preemptions than were asked for. */
  boolean isCut() {
    return cut;
  }

  /** How many different states were met. */
  int classes() {
    return visited.size();
  }

  /** Runs some more. */
  void some() {
    int cost = cost();
    tried = cost - 1;
    List<Item> items = new ArrayList<>();
    while (!queue.isEmpty() && cost() == cost && items.size() < executions.jobs() * BATCH) {
      items.add(queue.remove());
    }
    // What is known must not change while they run.
    Chooser unknown =
        (decision, _) ->
            visited.contains(decision.node(decision.usual())) ? Chooser.STOP : decision.usual();
    List<Trace> traces = executions.runAll(items, item -> executions.run(item.given(), unknown));
    for (int i = 0; i < items.size(); i++) {
      Trace trace = traces.get(i);
      if (executions.isSound(trace)) {
        branch(items.get(i), trace);
        if (own != null && cost == 0 && trace.stop() == null) {
          own.add(trace);
        } else {
          findings.decide(trace);
        }
      }
    }
    if (!findings.areDone() && !queue.isEmpty()) {
      tried = cost() - 1;
    }
  }

  private void push(int cost, int switches, List<Integer> given) {
    if (bound >= 0 && cost > bound) {
      cut = true;
    } else {
      queue.add(new Item(cost, switches, pushed++, given));
    }
  }

  private void branch(Item item, Trace trace) {
    int switches = item.switches();
    for (Node node : trace.nodes()) {
      Decision at = node.at();
      boolean known = node.chosen() == Chooser.STOP;
      boolean fresh = !known && visited.add(at.node(node.chosen()));
      if (!fresh && !known) {
        break;
      }
      if (isBegun(trace, at.index(), known ? at.usual() : node.chosen())) {
        // Whoever goes instead could go before it began, too: that is tried there.
        continue;
      }
      for (int other : at.enabled()) {
        if (other != node.chosen() && !visited.contains(at.node(other))) {
          List<Integer> given = new ArrayList<>(trace.choices().subList(0, at.index()));
          given.add(other);
          branch(at.node(other), item.cost() + at.costOf(other), switches + at.turns(other), given);
        }
      }
      switches += known ? 0 : at.turns(node.chosen());
    }
  }

  /** Goes on at a node some time, unless that is to be done by a way that is as good. */
  private void branch(long node, int cost, int switches, List<Integer> given) {
    long rank = cost * RANK + switches;
    if (rank < ranks.getOrDefault(node, Long.MAX_VALUE)) {
      ranks.put(node, rank);
      push(cost, switches, given);
    }
  }

  /** Whether a program has begun in the turn before, and made no call, and goes on. */
  private static boolean isBegun(Trace trace, int index, int goes) {
    List<Integer> choices = trace.choices();
    return index > 0 && choices.get(index - 1) == goes && choices.indexOf(goes) == index - 1;
  }
}
