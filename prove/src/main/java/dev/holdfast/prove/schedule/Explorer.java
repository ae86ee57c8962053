package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.schedule.Trace.Node;
import dev.holdfast.prove.schedule.Trace.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through schedules, those with fewer preemptions first: so the first one that fails is one
 * with the fewest. At each decision every program that could go is let go; but where calls were
 * ordered alike, as far as they meet, the state is the same, and it is left the same ways only
 * once.
 *
 * <p>When nothing is left to decide otherwise, every order of the calls that meet was tried, step
 * for step or by one that is equivalent.
 *
 * <p>Threads: one at a time; runs are made by several.
 */
final class Explorer {
  private static final int BATCH = 2;

  /** A schedule to run: decisions that are given, and how many of them are preemptions. */
  private record Item(int cost, long order, List<Integer> given) {}

  /** Where several were found, and how it was gone on. */
  record Result(
      Claim claim,
      int schedules,
      int classes,
      int undecided,
      List<ScheduleFinding> findings,
      Map<String, Integer> notes) {}

  private final Runner runner;
  private final Judge judge;
  private final Learned learned;
  private final int bound;
  private final int jobs;
  private final long deadline;
  private final BooleanSupplier cancelled;
  private final IntConsumer progress;

  private Set<String> points;
  private final PriorityQueue<Item> queue =
      new PriorityQueue<>(Comparator.comparingInt(Item::cost).thenComparingLong(Item::order));
  private final Set<Long> visited = new HashSet<>();
  private final Map<String, Integer> notes = new TreeMap<>();
  private final List<ScheduleFinding> findings = new ArrayList<>();
  private final List<Learned> news = new ArrayList<>();
  private long pushed;
  private int schedules;
  private int undecided;
  private int diverged;
  private boolean cut;
  private int done;

  /** How many preemptions the last finding took. */
  private int foundAt;

  /**
   * @param bound the most preemptions; negative for no bound
   * @param progress hears how many schedules were run
   */
  Explorer(
      Runner runner,
      Judge judge,
      Learned learned,
      int bound,
      Duration budget,
      int jobs,
      BooleanSupplier cancelled,
      IntConsumer progress) {
    this.runner = runner;
    this.judge = judge;
    this.learned = learned;
    this.points = learned.points();
    this.bound = bound;
    this.jobs = jobs;
    this.deadline = System.nanoTime() + budget.toNanos();
    this.cancelled = cancelled;
    this.progress = progress;
  }

  Result explore() {
    start();
    try (ExecutorService workers =
        Executors.newFixedThreadPool(jobs, Thread.ofPlatform().daemon().factory())) {
      while (!queue.isEmpty() && !isFound() && !isOver() && worthIt()) {
        batch(workers);
      }
    }
    return new Result(claim(), schedules, visited.size(), undecided, findings, notes);
  }

  private void start() {
    queue.clear();
    visited.clear();
    notes.clear();
    findings.clear();
    undecided = 0;
    diverged = 0;
    cut = false;
    done = -1;
    judge.at(points, learned);
    push(0, List.of());
  }

  /** A program that failed only is told, and something worse is still looked for. */
  private boolean isFound() {
    return findings.stream().anyMatch(f -> f.kind() != ScheduleFinding.Kind.ABORTED);
  }

  /** With more preemptions than a finding has, nothing worse is looked for. */
  private boolean worthIt() {
    return findings.isEmpty() || queue.element().cost() <= foundAt;
  }

  private boolean isOver() {
    return cancelled.getAsBoolean() || System.nanoTime() - deadline > 0;
  }

  private void push(int cost, List<Integer> given) {
    if (bound >= 0 && cost > bound) {
      cut = true;
    } else {
      queue.add(new Item(cost, pushed++, given));
    }
  }

  private void batch(ExecutorService workers) {
    int cost = queue.element().cost();
    done = cost - 1;
    List<Item> items = new ArrayList<>();
    while (!queue.isEmpty() && queue.element().cost() == cost && items.size() < jobs * BATCH) {
      items.add(queue.remove());
    }
    List<Future<Trace>> running = new ArrayList<>();
    for (Item item : items) {
      running.add(workers.submit(() -> run(item.given())));
    }
    // What is known must not change while they run.
    List<Trace> traces = running.stream().map(Explorer::get).toList();
    for (int i = 0; i < items.size() && !isFound(); i++) {
      merge(items.get(i), traces.get(i));
    }
    if (!isFound() && grown()) {
      start();
    }
  }

  private Trace run(List<Integer> given) {
    return runner.run(
        runner.everybody(),
        given,
        runner.everybody(),
        points,
        learned,
        (history, who) -> visited.contains(node(history, who)));
  }

  private static Trace get(Future<Trace> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static long node(long history, int who) {
    return history * 31 + who + 1;
  }

  private void merge(Item item, Trace trace) {
    schedules++;
    progress.accept(schedules);
    news.add(trace.learned());
    if (trace.stop() == Stop.DIVERGED) {
      diverged++;
      undecided++;
      return;
    }
    for (Node node : trace.nodes()) {
      if (!visited.add(node(node.history(), node.chosen()))) {
        break;
      }
      for (int other : node.enabled()) {
        if (other != node.chosen()) {
          List<Integer> given = new ArrayList<>(trace.choices().subList(0, node.index()));
          given.add(other);
          push(item.cost() + node.costOf(other), given);
        }
      }
    }
    if (trace.stop() != Stop.KNOWN) {
      decide(trace, item.cost());
    }
  }

  private void decide(Trace trace, int cost) {
    Judge.Verdict verdict = verdict(trace);
    if (verdict == null) {
      undecided++;
    } else if (verdict.kind() != null) {
      if (findings.stream().noneMatch(f -> f.kind() == verdict.kind())) {
        findings.add(finding(verdict, trace));
        foundAt = cost;
      }
    } else if (!verdict.isGood()) {
      notes.merge(verdict.note(), 1, Integer::sum);
    }
  }

  private Judge.@Nullable Verdict verdict(Trace trace) {
    if (trace.stop() == null) {
      return judge.judge(trace);
    }
    return switch (trace.stop()) {
      case DEADLOCK -> new Judge.Verdict(ScheduleFinding.Kind.DEADLOCK, trace.explanation(), "");
      case LIVELOCK -> new Judge.Verdict(ScheduleFinding.Kind.LIVELOCK, trace.explanation(), "");
      case BOUND, TIMEOUT, DIVERGED, KNOWN -> null;
    };
  }

  /** A finding is one only if it is what it is again. */
  private ScheduleFinding finding(Judge.Verdict verdict, Trace trace) {
    Trace again =
        runner.run(
            runner.everybody(),
            trace.choices(),
            runner.everybody(),
            points,
            learned,
            Runner.NOTHING);
    Judge.Verdict second = verdict(again);
    boolean same =
        second != null && second.kind() == verdict.kind() && again.steps().equals(trace.steps());
    return new ScheduleFinding(
        Objects.requireNonNull(verdict.kind()),
        verdict.evidence(),
        trace.steps(),
        trace.preemptions(),
        ReplayId.of(trace.choices()),
        same);
  }

  /** Runs one schedule alone and judges it. */
  Result replay(List<Integer> choices) {
    start();
    Trace trace =
        runner.run(
            runner.everybody(), choices, runner.everybody(), points, learned, Runner.NOTHING);
    schedules = 1;
    learned.add(trace.learned());
    if (trace.stop() == Stop.DIVERGED) {
      undecided = 1;
    } else {
      decide(trace, 0);
    }
    Claim one = new Claim(Extent.SAMPLED, -1, "one schedule was run again, alone");
    return new Result(one, 1, visited.size(), undecided, findings, notes);
  }

  /** Schedules may touch what no serial order does; then there are more points to stop at. */
  private boolean grown() {
    news.forEach(learned::add);
    news.clear();
    Set<String> now = learned.points();
    if (now.equals(points)) {
      return false;
    }
    points = now;
    return true;
  }

  private Claim claim() {
    List<String> why = new ArrayList<>();
    if (isFound() || (!findings.isEmpty() && !queue.isEmpty())) {
      why.add("it ended at the first finding");
    } else if (!queue.isEmpty()) {
      why.add(cancelled.getAsBoolean() ? "it was interrupted" : "the time was over (--budget)");
    }
    if (cut) {
      why.add("more preemptions were not asked for (--bound " + bound + ")");
    }
    if (diverged > 0) {
      why.add(diverged + " schedules did not run the same way again");
    }
    if (undecided > diverged) {
      why.add(undecided - diverged + " schedules came to no end");
    }
    if (!learned.unknown.isEmpty()) {
      why.add("calls that are not followed: " + String.join(", ", learned.unknown));
    }
    String reasons = String.join("; ", why);
    if (why.isEmpty()) {
      return new Claim(Extent.COMPLETE, Integer.MAX_VALUE, "");
    }
    boolean sound = undecided == 0 && learned.unknown.isEmpty();
    int all = queue.isEmpty() ? (cut ? bound : Integer.MAX_VALUE) : done;
    if (!sound || all < 0) {
      return new Claim(Extent.SAMPLED, -1, reasons);
    }
    return new Claim(Extent.BOUNDED, all, reasons);
  }

  Set<String> points() {
    return points;
  }
}
