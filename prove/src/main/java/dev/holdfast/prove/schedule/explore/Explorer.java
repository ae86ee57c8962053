package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.judge.Judge;
import dev.holdfast.prove.schedule.judge.OwnOrders;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Says which schedules are run, in which order, and what may be claimed in the end.
 *
 * <p>First a few are {@linkplain ByChance drawn by chance}, since most faults are met by one of
 * them; then those {@linkplain ByPreemptions with fewer preemptions} come first, so that the one
 * that is told is one with the fewest. Where that takes more than two preemptions, {@linkplain
 * SleepSets all orders} of the calls that meet are tried, each once, whatever they take; and what
 * is left of the time goes to schedules drawn by chance again. Once they {@linkplain Hindrance take
 * turns}. When nothing is left to decide otherwise, every order was tried, step for step or by one
 * that is equivalent.
 *
 * <p>All begins again where schedules show that programs share more than was known: then there are
 * more points to stop at.
 *
 * <p>Threads: one at a time; runs are made by several.
 */
public final class Explorer {
  private static final int BATCH = 2;

  /** Where more schedules than that were run there may be many more. */
  private static final int MANY = 100;

  /** So many are drawn by chance before all others: most faults are met by one of them. */
  private static final int FIRST_DRAWN = 20;

  /** Few faults need more preemptions to be seen. */
  private static final int USUAL_BOUND = 2;

  /** Once one is found, so many more that are as short are run, for the one that is told best. */
  private static final int MOST_AS_SHORT = 200;

  // By when one way of exploring gives way to the next, in percent of the time.
  private static final int UNTIL_FIRST_DRAWN = 25;
  private static final int UNTIL_BOUND_1 = 75;
  private static final int UNTIL_BOUND_2 = 45;
  private static final int UNTIL_ALL_ORDERS = 75;

  /** For how much of the time a shorter schedule is looked for than one that was found. */
  static final int FOR_SHORTER = 50;

  /**
   * What came of it.
   *
   * @param classes how many different states were met
   * @param firstFailing the number of the first schedule that failed; 0 if none did
   * @param undecided how many could not be judged
   * @param notes what is no fault, and how often that was seen
   */
  public record Result(
      Claim claim,
      int schedules,
      int classes,
      int firstFailing,
      int undecided,
      List<ScheduleFinding> findings,
      Map<String, Integer> notes) {}

  private final Runner runner;
  private final Judge judge;
  private final Learned learned;
  private final int bound;
  private final Budget budget;
  private final LongLooks looks;
  private final Executions executions;
  private final Findings findings;
  private final ByChance byChance;
  private final ByPreemptions byPreemptions;
  private SleepSets orders = new SleepSets();

  /** How many schedules were run since something was found that is as short as any can be. */
  private int asShort;

  /** Whether the last ones were drawn by chance. */
  private boolean hasDrawn;

  private boolean tookTurns;
  private boolean ownJudged;

  /**
   * @param progress hears how many schedules were run
   */
  public Explorer(
      Runner runner,
      Judge judge,
      Learned learned,
      Together how,
      int jobs,
      BooleanSupplier cancelled,
      IntConsumer progress) {
    this.runner = runner;
    this.judge = judge;
    this.learned = learned;
    this.bound = how.bound();
    this.budget = new Budget(how.budget(), cancelled);
    this.looks = new LongLooks(runner, learned);
    this.executions = new Executions(runner, learned, looks, jobs, progress);
    this.findings = new Findings(runner, judge, executions);
    this.byChance = new ByChance(executions, findings, runner.size(), how.seed());
    OwnOrders own = isInside() ? judge.own() : null;
    this.byPreemptions = new ByPreemptions(executions, findings, own, bound);
  }

  private boolean isInside() {
    return runner.family() != null;
  }

  /** From now on somebody sees each schedule that came to its end, and no finding ends it all. */
  public void showTo(Consumer<Trace> eye) {
    findings.showTo(eye);
  }

  /** The keys at which calls are held. */
  public Set<String> points() {
    return executions.points();
  }

  /** Explores, as far as the time goes. */
  public Result explore() {
    try (executions) {
      start();
      while (!budget.isOver(Budget.END) && some()) {
        if (!findings.areDone()) {
          boolean longer = looks.comeToAnEnd(points());
          if (executions.haveGrown() || longer) {
            start();
          }
        }
      }
    }
    return result(claim(), executions.schedules());
  }

  /** Runs one schedule alone and judges it. */
  public Result replay(String id) {
    try (executions) {
      new Replay(runner, learned, executions, findings, byPreemptions, this::start, budget).run(id);
    }
    return result(new Claim(Extent.SAMPLED, -1, "one schedule was run again, alone"), 1);
  }

  private Result result(Claim claim, int schedules) {
    return new Result(
        claim,
        schedules,
        byPreemptions.classes(),
        findings.first(),
        executions.undecided(),
        findings.all(),
        findings.notes());
  }

  private void start() {
    judge.at(points(), learned);
    executions.start();
    findings.clear();
    byChance.start();
    byPreemptions.start();
    orders = new SleepSets();
    asShort = 0;
    tookTurns = false;
    ownJudged = false;
  }

  /** Some more schedules; false if there are none. */
  private boolean some() {
    if (isInside() && !ownJudged && findings.isEmpty() && byPreemptions.areTried(0)) {
      ownJudged = true;
      findings.decideOwnOrders();
      return true;
    }
    if (isToDraw()) {
      byChance.draw();
      new Shrinker(executions, findings, budget).shrink();
      return true;
    }
    if (!runner.kills()
        && runner.endsByItself()
        && !tookTurns
        && findings.isEmpty()
        && byPreemptions.areTried(1)) {
      tookTurns = true;
      new Hindrance(executions, findings).look();
      return true;
    }
    if (byPreemptions.isEmpty() || findings.isEndless()) {
      return false;
    }
    if (!findings.isEmpty() && !findings.isWatched()) {
      return asShort();
    }
    if (isForBounds()) {
      byPreemptions.some();
      return true;
    }
    if (orders.isEmpty()) {
      return false;
    }
    if (!learned.waits && !budget.isOver(UNTIL_ALL_ORDERS)) {
      allOrders();
    } else {
      byChance.sample(depth());
    }
    return true;
  }

  /**
   * Whether schedules are to be drawn by chance now: before all others, and where there are many,
   * every other time. Where all that have few preemptions are asked for, and where one may be
   * killed, they are not.
   */
  private boolean isToDraw() {
    boolean draws = bound < 0 && !runner.kills() && !isInside() && !findings.isWatched();
    if (!draws || !findings.isEmpty()) {
      return false;
    }
    boolean first = byChance.first() < FIRST_DRAWN;
    if (first && !budget.isOver(UNTIL_FIRST_DRAWN)) {
      return true;
    }
    hasDrawn = !hasDrawn && !byPreemptions.isEmpty() && (executions.schedules() > MANY || first);
    return hasDrawn;
  }

  /** Something was found: some more that are as short as it, or shorter; false if that is all. */
  private boolean asShort() {
    int cost = byPreemptions.cost();
    int least = findings.preemptions();
    boolean more =
        cost <= least
            && (!findings.areDone()
                || (asShort < MOST_AS_SHORT && !budget.isOver(FOR_SHORTER, findings.since())));
    if (more) {
      int before = executions.schedules();
      byPreemptions.some();
      asShort += cost == least ? executions.schedules() - before : 0;
    }
    return more;
  }

  /** Whether those with few preemptions are next. Where programs wait nothing else is complete. */
  private boolean isForBounds() {
    if (bound >= 0 || runner.kills() || isInside()) {
      return true;
    }
    int cost = byPreemptions.cost();
    return (cost <= 1 || learned.waits)
        ? !budget.isOver(UNTIL_BOUND_1)
        : cost <= USUAL_BOUND && !budget.isOver(UNTIL_BOUND_2);
  }

  private void allOrders() {
    List<SleepSets.Walk> walks = new ArrayList<>();
    while (!orders.isEmpty() && walks.size() < executions.jobs() * BATCH) {
      walks.add(orders.next());
    }
    List<Trace> traces = executions.runAll(walks, walk -> executions.run(walk.given(), walk));
    for (int i = 0; i < walks.size() && !findings.areDone(); i++) {
      if (executions.isSound(traces.get(i))) {
        orders.made(walks.get(i), traces.get(i).choices());
        findings.decide(traces.get(i));
      }
    }
  }

  /** Faults of which depth are looked for by chance: deeper ones than were all tried. */
  private int depth() {
    return byPreemptions.tried() >= 1 ? 3 : 2;
  }

  private Claim claim() {
    boolean all =
        byPreemptions.isEmpty() || (orders.isEmpty() && !runner.kills() && !findings.areDone());
    List<String> why = new ArrayList<>();
    if (findings.isEndless() || (!findings.isEmpty() && !all)) {
      why.add("it ended at the first finding");
    } else if (!all) {
      why.add(budget.isCancelled() ? "it was interrupted" : "the time was over (--budget)");
    }
    if (byPreemptions.isCut()) {
      why.add("more preemptions were not asked for (--bound " + bound + ")");
    }
    int diverged = executions.diverged();
    if (diverged > 0) {
      why.add(diverged + " schedules did not run the same way again");
    }
    int undecided = executions.undecided();
    if (undecided > diverged) {
      why.add(undecided - diverged + " schedules came to no end");
    }
    if (!looks.forEver().isEmpty()) {
      why.add(
          "who looks again and again at "
              + String.join(", ", looks.forEver())
              + " lets the others go on after some time: if that comes to an end by itself, later"
              + " moments were not tried");
    }
    Set<String> unknown = learned.seen.unknown();
    if (!unknown.isEmpty()) {
      why.add("calls that are not followed: " + String.join(", ", unknown));
    }
    if (!isInside() && !learned.inOneOrder.isEmpty()) {
      why.add("several tasks of one program could go at once, and kept one order");
    }
    if (why.isEmpty()) {
      return new Claim(Extent.COMPLETE, Integer.MAX_VALUE, "");
    }
    int most = byPreemptions.isCut() ? bound : Integer.MAX_VALUE;
    int tried = all ? most : byPreemptions.tried();
    boolean sound = undecided == 0 && unknown.isEmpty();
    return new Claim(
        sound && tried >= 0 ? Extent.BOUNDED : Extent.SAMPLED,
        sound && tried >= 0 ? tried : -1,
        String.join("; ", why),
        // Where programs wait, walks do not go down one tree.
        byChance.told(depth(), !learned.waits));
  }
}
