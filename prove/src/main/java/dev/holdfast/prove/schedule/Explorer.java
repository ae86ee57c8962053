package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleProof.Sample;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.Trace.Node;
import dev.holdfast.prove.schedule.Trace.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through schedules, those with fewer preemptions first: so the first one that fails is one
 * with the fewest. At each decision every program that could go is let go; but where calls were
 * ordered alike, as far as they meet, the state is the same, and it is left the same ways only
 * once. When nothing is left to decide otherwise, every order of the calls that meet was tried,
 * step for step or by one that is equivalent.
 *
 * <p>Where that takes more than two preemptions, {@linkplain SleepSets all orders} are tried
 * whatever they take; and what is left of the time goes to schedules drawn by chance, which say how
 * many there are, and with what probability a fault was missed.
 *
 * <p>Threads: one at a time; runs are made by several.
 */
final class Explorer {
  private static final int BATCH = 2;

  /** Where these are found, something worse that is as short is still looked for. */
  private static final Set<ScheduleFinding.Kind> LESSER =
      Set.of(ScheduleFinding.Kind.ABORTED, ScheduleFinding.Kind.TORN);

  /** Few faults need more preemptions to be seen. */
  private static final int USUAL_BOUND = 2;

  // By when one way of exploring gives way to the next, in percent of the time.
  private static final int UNTIL_BOUND_1 = 75;
  private static final int UNTIL_BOUND_2 = 45;
  private static final int UNTIL_ALL_ORDERS = 75;
  private static final int END = 100;

  // Of the longest schedule so far: who has not come to an end by then has none.
  private static final int ENDLESS = 8;
  private static final int LEAST_ENDLESS = 200;

  /** Once one is found, so many more that are as short are run, for the one that is told best. */
  private static final int MOST_AS_SHORT = 200;

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

  private static final long RANK = 1_000_000;

  /** What a schedule has shown, and how well it tells it. */
  private record Found(Judge.Verdict verdict, Trace trace) {}

  /** Where several were found, and how it was gone on. */
  record Result(
      Claim claim,
      int schedules,
      int classes,
      int firstFailing,
      int undecided,
      List<ScheduleFinding> findings,
      Map<String, Integer> notes) {}

  private final Runner runner;
  private final Judge judge;
  private final Aftermath aftermath;
  private final Learned learned;
  private final int bound;
  private final long seed;
  private final Duration budget;
  private final long begun = System.nanoTime();
  private final int jobs;
  private final BooleanSupplier cancelled;
  private final IntConsumer progress;
  private @Nullable Consumer<Trace> witness;

  private Set<String> points;
  private final PriorityQueue<Item> queue =
      new PriorityQueue<>(Comparator.comparingLong(Item::rank).thenComparingLong(Item::order));
  private final Set<Long> visited = new HashSet<>();

  /** The least rank with which one is to go on at a node. */
  private final Map<Long, Long> ranks = new HashMap<>();

  private SleepSets orders = new SleepSets();
  private final Map<String, Integer> notes = new TreeMap<>();
  private final Map<ScheduleFinding.Kind, Found> found = new EnumMap<>(ScheduleFinding.Kind.class);

  /** They hinder one another for ever; null if they do not. */
  private @Nullable ScheduleFinding endless;

  /** How many schedules were run since something was found. */
  private int asShort;

  private final List<Learned> news = new ArrayList<>();
  private Estimate estimate = new Estimate();
  private int walked;
  private int drawn;
  private int longest;
  private long pushed;
  private int schedules;
  private int firstFailing;
  private int undecided;
  private int diverged;
  private boolean cut;
  private int done;

  private boolean tookTurns;

  /** How many preemptions the last finding took. */
  private int foundAt;

  /**
   * @param progress hears how many schedules were run
   */
  Explorer(
      Runner runner,
      Judge judge,
      Learned learned,
      Together how,
      int jobs,
      BooleanSupplier cancelled,
      IntConsumer progress) {
    this.runner = runner;
    this.judge = judge;
    this.aftermath = new Aftermath(runner, judge);
    this.learned = learned;
    this.points = learned.points(runner.kills());
    this.bound = how.bound();
    this.seed = how.seed();
    this.budget = how.budget();
    this.jobs = jobs;
    this.cancelled = cancelled;
    this.progress = progress;
  }

  /** From now on somebody sees each schedule that came to its end, and no finding ends it all. */
  void showTo(Consumer<Trace> eye) {
    witness = eye;
  }

  Result explore() {
    start();
    try (ExecutorService workers =
        Executors.newFixedThreadPool(jobs, Thread.ofPlatform().daemon().factory())) {
      while (!isOver(END) && explore(workers)) {
        if (!isFound() && grown()) {
          start();
        }
      }
    }
    Claim claim = claim();
    return new Result(claim, schedules, visited.size(), firstFailing, undecided, findings(), notes);
  }

  /** Some more schedules; false if there are none. */
  private boolean explore(ExecutorService workers) {
    if (!runner.kills()
        && !tookTurns
        && found.isEmpty()
        && (queue.isEmpty() || queue.element().cost() > 1)) {
      tookTurns = true;
      takeTurns();
      return true;
    }
    if (queue.isEmpty() || endless != null) {
      return false;
    }
    int cost = queue.element().cost();
    if (!found.isEmpty() && witness == null) {
      boolean more = cost <= foundAt && (!isFound() || asShort < MOST_AS_SHORT);
      if (more) {
        int before = schedules;
        bounded(workers);
        asShort += schedules - before;
      }
      return more;
    }
    if (bound >= 0
        || runner.kills()
        || ((cost <= 1 || learned.waits)
            ? !isOver(UNTIL_BOUND_1)
            : cost <= USUAL_BOUND && !isOver(UNTIL_BOUND_2))) {
      bounded(workers);
      return true;
    }
    if (orders.isEmpty()) {
      return false;
    }
    if (!learned.waits && !isOver(UNTIL_ALL_ORDERS)) {
      allOrders(workers);
    } else {
      sample(workers);
    }
    return true;
  }

  private void start() {
    queue.clear();
    visited.clear();
    ranks.clear();
    orders = new SleepSets();
    notes.clear();
    found.clear();
    asShort = 0;
    estimate = new Estimate();
    walked = 0;
    drawn = 0;
    undecided = 0;
    diverged = 0;
    cut = false;
    tookTurns = false;
    done = -1;
    judge.at(points, learned);
    push(0, 0, List.of());
  }

  private boolean isFound() {
    return endless != null
        || (witness == null && found.keySet().stream().anyMatch(kind -> !LESSER.contains(kind)));
  }

  private boolean isOver(int percent) {
    long share = budget.toNanos() / END * percent;
    return cancelled.getAsBoolean() || System.nanoTime() - begun > share;
  }

  private void push(int cost, int switches, List<Integer> given) {
    if (bound >= 0 && cost > bound) {
      cut = true;
    } else {
      queue.add(new Item(cost, switches, pushed++, given));
    }
  }

  private void bounded(ExecutorService workers) {
    int cost = queue.element().cost();
    done = cost - 1;
    List<Item> items = new ArrayList<>();
    while (!queue.isEmpty() && queue.element().cost() == cost && items.size() < jobs * BATCH) {
      items.add(queue.remove());
    }
    // What is known must not change while they run.
    Chooser unknown =
        (decision, _) ->
            visited.contains(decision.node(decision.usual())) ? Chooser.STOP : decision.usual();
    List<Trace> traces = runAll(workers, items, item -> run(item.given(), unknown));
    for (int i = 0; i < items.size(); i++) {
      if (isSound(traces.get(i))) {
        branch(items.get(i), traces.get(i));
        decide(traces.get(i));
      }
    }
    if (!isFound() && !queue.isEmpty()) {
      done = queue.element().cost() - 1;
    }
  }

  private void allOrders(ExecutorService workers) {
    List<SleepSets.Walk> walks = new ArrayList<>();
    while (!orders.isEmpty() && walks.size() < jobs * BATCH) {
      walks.add(orders.next());
    }
    List<Trace> traces = runAll(workers, walks, walk -> run(walk.given(), walk));
    for (int i = 0; i < walks.size() && !isFound(); i++) {
      if (isSound(traces.get(i))) {
        orders.made(walks.get(i), traces.get(i).choices());
        decide(traces.get(i));
      }
    }
  }

  /** Whether they can hinder one another for ever. */
  private void takeTurns() {
    int most = Math.max(LEAST_ENDLESS, ENDLESS * longest);
    TakingTurns turns = new TakingTurns(most);
    Trace trace = run(List.of(), turns);
    if (isSound(trace) && turns.isEndless()) {
      firstFailing = schedules;
      TakingTurns second = new TakingTurns(most);
      Trace again = run(List.of(), second);
      endless =
          new ScheduleFinding(
              ScheduleFinding.Kind.LIVELOCK,
              List.of(
                  "where they take turns, call by call, none has come to an end after "
                      + trace.steps().size()
                      + " calls"),
              trace.steps().subList(0, Math.min(trace.steps().size(), LEAST_ENDLESS / 4)),
              List.of(),
              List.of(),
              judge.outcomes(ScheduleFinding.Kind.LIVELOCK, trace),
              trace.preemptions(),
              ReplayId.IN_TURNS,
              second.isEndless() && again.steps().equals(trace.steps()));
    }
  }

  /** By turns a schedule that is likely to show a fault, and one that says how many there are. */
  private void sample(ExecutorService workers) {
    List<Pct> some = new ArrayList<>();
    List<SleepSets.Walk> walks = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      Random random = new Random(seed + 0x9e3779b97f4a7c15L * ++walked);
      some.add(new Pct(random, runner.size(), longest, depth()));
      walks.add(SleepSets.Walk.random(random));
    }
    List<Chooser> all = new ArrayList<>(some);
    all.addAll(walks);
    List<Trace> traces = runAll(workers, all, chooser -> run(List.of(), chooser));
    for (int i = 0; i < all.size() && !isFound(); i++) {
      Trace trace = traces.get(i);
      if (isSound(trace)) {
        decide(trace);
        if (all.get(i) instanceof SleepSets.Walk walk) {
          estimate.add(trace.stop() == Stop.KNOWN ? 0 : walk.weight());
        } else {
          drawn++;
        }
      }
    }
  }

  /** Faults of which depth are looked for by chance: deeper ones than were all tried. */
  private int depth() {
    return done >= 1 ? 3 : 2;
  }

  private Trace run(List<Integer> given, Chooser chooser) {
    return runner.run(runner.everybody(), given, runner.everybody(), points, learned, chooser);
  }

  private static <T> List<Trace> runAll(
      ExecutorService workers, List<T> all, Function<T, Trace> run) {
    List<Future<Trace>> running = new ArrayList<>();
    for (T each : all) {
      running.add(workers.submit(() -> run.apply(each)));
    }
    return running.stream().map(Explorer::get).toList();
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

  /** Counts a schedule that was run; false if it did not come to the decisions that were given. */
  private boolean isSound(Trace trace) {
    schedules++;
    progress.accept(schedules);
    news.add(trace.learned());
    longest = Math.max(longest, trace.choices().size());
    if (trace.stop() == Stop.DIVERGED) {
      diverged++;
      undecided++;
      return false;
    }
    return true;
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

  private void decide(Trace trace) {
    if (trace.stop() == Stop.KNOWN) {
      return;
    }
    if (witness != null) {
      witness.accept(trace);
    }
    if (trace.killed() >= 0) {
      notes.merge("CRASH: one of them was killed", 1, Integer::sum);
    }
    Aftermath.Seen seen = seen(trace);
    Judge.Verdict verdict = seen.verdict();
    if (verdict == null) {
      undecided++;
    } else if (verdict.kind() != null) {
      found(Objects.requireNonNull(verdict.kind()), new Found(verdict, seen.trace()));
    } else if (!verdict.isGood()) {
      notes.merge(verdict.note(), 1, Integer::sum);
    }
  }

  private Aftermath.Seen seen(Trace trace) {
    Judge.Verdict verdict = verdict(trace);
    return verdict == null || !verdict.leaves()
        ? new Aftermath.Seen(trace, verdict)
        : aftermath.look(trace, verdict, later -> again(trace, later));
  }

  /** The same schedule once more, and perhaps a command once more behind it. */
  private Trace again(Trace trace, int later) {
    return runner.run(
        runner.everybody(),
        trace.choices(),
        runner.everybody(),
        points,
        learned,
        Chooser.USUAL,
        later);
  }

  private Judge.@Nullable Verdict verdict(Trace trace) {
    if (trace.stop() == null) {
      return judge.judge(trace);
    }
    if (trace.killed() >= 0 && (trace.stop() == Stop.DEADLOCK || trace.stop() == Stop.LIVELOCK)) {
      return new Judge.Verdict(ScheduleFinding.Kind.STUCK, trace.explanation(), "");
    }
    return switch (trace.stop()) {
      case DEADLOCK -> new Judge.Verdict(ScheduleFinding.Kind.DEADLOCK, trace.explanation(), "");
      case LIVELOCK -> new Judge.Verdict(ScheduleFinding.Kind.LIVELOCK, trace.explanation(), "");
      case BOUND, TIMEOUT, DIVERGED, KNOWN -> null;
    };
  }

  /** Of those that show the same the shortest is told: see {@link Length}. */
  private void found(ScheduleFinding.Kind kind, Found here) {
    firstFailing = firstFailing == 0 ? schedules : firstFailing;
    Found other = found.get(kind);
    if (other == null || Length.of(here.trace()).compareTo(Length.of(other.trace())) < 0) {
      found.put(kind, here);
      foundAt = here.trace().preemptions();
    }
  }

  private List<ScheduleFinding> findings() {
    List<ScheduleFinding> all = new ArrayList<>();
    found.values().forEach(each -> all.add(finding(each.verdict(), each.trace())));
    if (endless != null) {
      all.add(endless);
    }
    return all;
  }

  /** A finding is one only if it is what it is again. */
  private ScheduleFinding finding(Judge.Verdict verdict, Trace trace) {
    Aftermath.Seen again = seen(again(trace, Runner.NOBODY));
    Judge.Verdict second = again.verdict();
    boolean same =
        second != null
            && second.kind() == verdict.kind()
            && again.trace().steps().equals(trace.steps());
    ScheduleFinding.Kind kind = Objects.requireNonNull(verdict.kind());
    return new ScheduleFinding(
        kind,
        verdict.evidence(),
        trace.steps(),
        trace.waits(),
        Turning.of(kind, trace),
        judge.outcomes(kind, trace),
        trace.preemptions(),
        ReplayId.of(trace.choices()),
        same);
  }

  /** Runs one schedule alone and judges it. */
  Result replay(String id) {
    start();
    List<Integer> choices = ReplayId.parse(id);
    if (choices == null) {
      longest = run(List.of(), Chooser.USUAL).choices().size();
      takeTurns();
      return replayed();
    }
    Trace trace = run(choices, Chooser.USUAL);
    schedules = 1;
    learned.add(trace.learned());
    if (trace.stop() == Stop.DIVERGED) {
      undecided = 1;
    } else {
      decide(trace);
    }
    return replayed();
  }

  private Result replayed() {
    Claim one = new Claim(Extent.SAMPLED, -1, "one schedule was run again, alone");
    return new Result(one, 1, visited.size(), firstFailing, undecided, findings(), notes);
  }

  /** Schedules may touch what no serial order does; then there are more points to stop at. */
  private boolean grown() {
    news.forEach(learned::add);
    news.clear();
    Set<String> now = learned.points(runner.kills());
    if (now.equals(points)) {
      return false;
    }
    points = now;
    return true;
  }

  private Claim claim() {
    boolean all = queue.isEmpty() || (orders.isEmpty() && !runner.kills() && !isFound());
    boolean ended = endless != null || (!found.isEmpty() && !all);
    List<String> why = new ArrayList<>();
    if (ended) {
      why.add("it ended at the first finding");
    } else if (!all) {
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
    int tried = all ? (cut ? bound : Integer.MAX_VALUE) : done;
    return sound && tried >= 0
        ? new Claim(Extent.BOUNDED, tried, reasons, sampled())
        : new Claim(Extent.SAMPLED, -1, reasons, sampled());
  }

  private @Nullable Sample sampled() {
    return drawn == 0
        ? null
        : new Sample(
            drawn,
            depth(),
            Pct.missed(drawn, runner.size(), longest, depth()),
            // Where programs wait, walks do not go down one tree.
            learned.waits ? 0 : estimate.mean(),
            estimate.percent());
  }

  Set<String> points() {
    return points;
  }
}
