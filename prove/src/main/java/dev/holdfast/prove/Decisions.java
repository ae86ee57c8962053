package dev.holdfast.prove;

import dev.holdfast.prove.model.Kind;
import dev.holdfast.prove.model.LeftOut;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.plan.Scenario;
import dev.holdfast.prove.plan.Selection;
import dev.holdfast.prove.trial.Runs;
import dev.holdfast.prove.trial.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tries scenarios, as many as the case wants, in several worlds at a time, heaviest first. */
final class Decisions {
  /** So many windows are all tried; of more, some of each kind. */
  private static final int FEW = 150;

  private static final int OF_A_KIND = 3;

  /** What a world itself takes, roughly. */
  private static final Duration WORLD = Duration.ofMillis(10);

  private final Trials trials;
  private final Case what;
  private final Progress progress;
  private final Predicate<WindowResult> enough;
  private final Predicate<String> inArena;
  private final int jobs;

  private final List<WindowResult> results = new ArrayList<>();
  private final List<Window> untried = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private boolean satisfied;

  /**
   * @param enough ends it early
   * @param inArena whether this path, raw, is in a directory that the user named
   */
  Decisions(
      Trials trials,
      Case what,
      Progress progress,
      Predicate<WindowResult> enough,
      Predicate<String> inArena,
      int jobs) {
    this.trials = trials;
    this.what = what;
    this.progress = progress;
    this.enough = enough;
    this.inArena = inArena;
    this.jobs = jobs;
  }

  /** True if nobody wants to hear of any more. */
  boolean areEnough() {
    return satisfied || progress.isCancelled();
  }

  List<WindowResult> results() {
    return results;
  }

  /** For which there was no run left. */
  List<Window> untried() {
    return untried;
  }

  List<LeftOut> leftOut() {
    return leftOut;
  }

  /**
   * Tries some more; they are told in their order.
   *
   * @param run how long one run takes
   */
  void decide(List<Scenario> all, Duration run) throws ProveException {
    List<Scenario> scenarios = all;
    if (!what.all()) {
      Selection selection = Selection.of(all, OF_A_KIND, FEW);
      scenarios = selection.chosen();
      leftOut.addAll(selection.leftOut());
    }
    long kinds = scenarios.stream().map(s -> Kind.of(s.window())).distinct().count();
    progress.expect(scenarios.size(), (int) kinds, about(scenarios.size(), run));
    List<Scenario> ordered = new ArrayList<>(scenarios);
    ordered.sort(Selection.byWeight(inArena));
    AtomicInteger done = new AtomicInteger();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            jobs, Thread.ofPlatform().daemon().name("holdfast-trials-", 0).factory());
    try {
      List<Future<@Nullable WindowResult>> futures = new ArrayList<>();
      for (Scenario scenario : ordered) {
        futures.add(workers.submit(() -> decide(scenario, done, ordered.size())));
      }
      collect(scenarios, ordered, futures);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProveException("interrupted", e);
    } catch (ExecutionException e) {
      throw ProveException.failed(e);
    } finally {
      // Cancel what has not started; wait for what has: it still uses the worlds.
      workers.shutdownNow();
      workers.close();
    }
  }

  private @Nullable WindowResult decide(Scenario scenario, AtomicInteger done, int total) {
    if (progress.isCancelled()) {
      return null;
    }
    WindowResult result;
    try {
      result = trials.decide(scenario);
    } catch (Runs.SpentException e) {
      return null;
    }
    if (progress.isCancelled()) {
      // What is decided while everything is being killed is not decided.
      return null;
    }
    synchronized (progress) {
      progress.decided(result);
      progress.step("try", done.incrementAndGet(), total);
    }
    return result;
  }

  private void collect(
      List<Scenario> scenarios,
      List<Scenario> ordered,
      List<Future<@Nullable WindowResult>> futures)
      throws InterruptedException, ExecutionException {
    IdentityHashMap<Scenario, WindowResult> decided = new IdentityHashMap<>();
    Set<Scenario> left = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < ordered.size() && !satisfied; i++) {
      WindowResult result = futures.get(i).get();
      if (result == null) {
        left.add(ordered.get(i));
      } else {
        decided.put(ordered.get(i), result);
        satisfied = enough.test(result);
      }
    }
    for (Scenario scenario : scenarios) {
      WindowResult result = decided.get(scenario);
      if (result != null) {
        results.add(result);
      } else if (left.contains(scenario)) {
        untried.add(scenario.window());
      }
    }
  }

  /** A window takes two runs, more or less. */
  private Duration about(int windows, Duration run) {
    return run.plus(WORLD).multipliedBy(2L * windows).dividedBy(jobs);
  }
}
