package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Runs schedules of all programs, several at a time, counts them, and gathers what they have shown
 * of the programs.
 *
 * <p>What is known does not change while some run: so it does not depend on the pace of the machine
 * which ones are run after them.
 *
 * <p>Threads: one at a time; runs are made by several.
 */
final class Executions implements AutoCloseable {
  private final Runner runner;
  private final Learned learned;
  private final LongLooks looks;
  private final int jobs;
  private final IntConsumer progress;
  private final ExecutorService workers;
  private final List<Learned> news = new ArrayList<>();
  private Set<String> points;
  private int longest;
  private int schedules;
  private int undecided;
  private int diverged;

  /**
   * @param jobs how many are run at a time
   * @param progress hears how many schedules were run
   */
  Executions(Runner runner, Learned learned, LongLooks looks, int jobs, IntConsumer progress) {
    this.runner = runner;
    this.learned = learned;
    this.looks = looks;
    this.jobs = jobs;
    this.progress = progress;
    this.points = learned.points(runner.kills());
    this.workers = Executors.newFixedThreadPool(jobs, Thread.ofPlatform().daemon().factory());
  }

  @Override
  public void close() {
    workers.close();
  }

  int jobs() {
    return jobs;
  }

  /** The keys at which calls are held. */
  Set<String> points() {
    return points;
  }

  /** All begins again: what was not decided is decided now, perhaps. */
  void start() {
    undecided = 0;
    diverged = 0;
  }

  Trace run(List<Integer> given, Chooser chooser) {
    return runner.run(runner.everybody(), given, runner.everybody(), points, learned, chooser);
  }

  /**
   * The same schedule once more, and perhaps a command once more behind it.
   *
   * @param later which; {@link Runner#NOBODY} for none
   */
  Trace again(Trace trace, int later) {
    List<Integer> all = runner.everybody();
    return runner.run(all, trace.choices(), all, points, learned, Chooser.USUAL, later);
  }

  /** Runs some at the same time. */
  <T> List<Trace> runAll(List<T> all, Function<T, Trace> run) {
    List<Future<Trace>> running = new ArrayList<>();
    for (T each : all) {
      running.add(workers.submit(() -> run.apply(each)));
    }
    return running.stream().map(Executions::get).toList();
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
  boolean isSound(Trace trace) {
    schedules++;
    progress.accept(schedules);
    news.add(trace.learned());
    learned.endless |= trace.learned().endless;
    measure(trace);
    looks.look(trace);
    if (trace.learned().sleeps && !learned.sleeps) {
      // Its clock has to know what is skipped: from now on it does, and all begins again.
      return false;
    }
    if (trace.stop() == Stop.DIVERGED) {
      diverged++;
      undecided++;
      return false;
    }
    return true;
  }

  /** A schedule was run to know how long one is; it does not count. */
  void measure(Trace trace) {
    longest = Math.max(longest, trace.choices().size());
  }

  /** Those before do not count. */
  void countFromHere() {
    schedules = 0;
  }

  /** One that was run could not be judged. */
  void isUndecided() {
    undecided++;
  }

  /** Schedules may touch what no serial order does; then there are more points to stop at. */
  boolean haveGrown() {
    boolean slept = learned.sleeps;
    news.forEach(learned::add);
    news.clear();
    Set<String> now = learned.points(runner.kills());
    if (now.equals(points) && slept == learned.sleeps) {
      return false;
    }
    points = now;
    return true;
  }

  int schedules() {
    return schedules;
  }

  /** How many came to no end, or did not run as they were given. */
  int undecided() {
    return undecided;
  }

  /** How many did not run as they were given. */
  int diverged() {
    return diverged;
  }

  /** How many decisions the longest one had. */
  int longest() {
    return longest;
  }
}
