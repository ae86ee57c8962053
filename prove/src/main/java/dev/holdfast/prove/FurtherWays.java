package dev.holdfast.prove;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Ways;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.plan.Plan;
import dev.holdfast.prove.plan.Planner;
import dev.holdfast.prove.plan.Scenario;
import dev.holdfast.prove.plan.Selection;
import dev.holdfast.prove.trial.AddedNames;
import dev.holdfast.prove.trial.Rehearsal;
import dev.holdfast.prove.trial.Runs;
import dev.holdfast.prove.trial.Trials;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Plans for the ways on which a first move leads the program: who takes a foreign name for its own,
 * or believes what it was told, is watched again from there on, and has further windows.
 *
 * <p>Two moves at most, and each name with each strike once for a kind of call. What is left out is
 * counted.
 */
final class FurtherWays {
  /** So many ways are all followed; of more, one of each kind. */
  private static final int FEW = 50;

  private final Trials trials;
  private final Progress progress;

  /** The program never has a second task, so that its calls come in one order. */
  private final boolean alone;

  /** What the program passed to its calls with no move. */
  private final Set<String> names = new HashSet<>();

  private final BiFunction<Observation, VolatileNames, Planner> planner;
  private final MadeUpNames madeUp;
  private final Set<String> known = new HashSet<>();
  private final Set<Object> planned = new HashSet<>();
  private final Map<String, Integer> pruned = new TreeMap<>();
  private final AtomicInteger onceOnly = new AtomicInteger();
  private final AtomicInteger followed = new AtomicInteger();
  private final AtomicInteger missed = new AtomicInteger();
  private int alike;
  private int unfollowed;

  private record Key(String path, Strike strike, String call) {}

  /**
   * @param undisturbed the run with no move
   * @param planner makes one for what was observed, and the names that are made up anew there
   */
  FurtherWays(
      Trials trials,
      Observation undisturbed,
      BiFunction<Observation, VolatileNames, Planner> planner,
      MadeUpNames madeUp,
      Progress progress) {
    this.trials = trials;
    this.alone = undisturbed.taskCount() == 1;
    undisturbed.interesting().forEach(call -> names.addAll(call.site().names()));
    this.planner = planner;
    this.madeUp = madeUp;
    this.progress = progress;
  }

  /** How many were followed, and how many were not. */
  Ways ways() {
    return new Ways(followed.get(), alike, unfollowed + missed.get());
  }

  /**
   * What comes after the scenarios of a plan.
   *
   * @param jobs worlds at a time
   * @param most so many ways are followed
   * @param all also those that are like others
   * @param only the one window that is looked for, by id; null for all that there are
   */
  Plan after(Plan plan, int jobs, int most, boolean all, @Nullable String only)
      throws ProveException {
    plan.windows().forEach(window -> known.add(window.id()));
    // In an order that is the same in each run: the first of some that lead to the same is kept.
    List<Scenario> every = new ArrayList<>(leading(plan));
    every.sort(Comparator.comparing(scenario -> scenario.window().id()));
    List<Scenario> first = all ? every : Selection.of(every, 1, FEW).chosen();
    if (only != null && !all) {
      // It may be on a way that was followed for --all.
      Set<Scenario> likeliestFirst = new LinkedHashSet<>(first);
      likeliestFirst.addAll(every);
      first = List.copyOf(likeliestFirst);
    }
    alike = every.size() - first.size();
    if (first.size() > most) {
      unfollowed = first.size() - most;
      first = first.subList(0, most);
    }
    List<Scenario> further = new ArrayList<>();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            jobs, Thread.ofPlatform().daemon().name("holdfast-rehearsals-", 0).factory());
    try {
      List<Future<List<Scenario>>> rehearsed = new ArrayList<>();
      AtomicInteger done = new AtomicInteger();
      int total = first.size();
      for (Scenario scenario : first) {
        rehearsed.add(workers.submit(() -> followed(scenario, done, total)));
      }
      for (int i = 0; i < first.size(); i++) {
        Scenario before = first.get(i);
        List<Scenario> next = rehearsed.get(i).get();
        if (only == null) {
          further.addAll(after(before, next));
          continue;
        }
        next.stream()
            .map(after -> joined(before, after))
            .filter(s -> s.window().id().equals(only))
            .forEach(further::add);
        if (!further.isEmpty()) {
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProveException("interrupted", e);
    } catch (ExecutionException e) {
      throw ProveException.failed(e);
    } finally {
      workers.shutdownNow();
      workers.close();
    }
    if (onceOnly.get() > 0) {
      pruned.put("not met again on a way after a first move", onceOnly.get());
    }
    return new Plan(further, pruned);
  }

  /** Those of a plan whose moves may lead the program somewhere. */
  static List<Scenario> leading(Plan plan) {
    return plan.scenarios().stream().filter(Scenario::leadsFurther).toList();
  }

  private List<Scenario> followed(Scenario first, AtomicInteger done, int total) {
    List<Scenario> next = progress.isCancelled() ? null : inEachRun(first);
    // What is watched while everything is being killed shows nothing.
    if (next == null || progress.isCancelled()) {
      missed.incrementAndGet();
      return List.of();
    }
    followed.incrementAndGet();
    synchronized (progress) {
      progress.step("follow", done.incrementAndGet(), total);
    }
    return next;
  }

  /** Null if no run was left for it. */
  private @Nullable List<Scenario> inEachRun(Scenario first) {
    try {
      return inTwoRuns(first);
    } catch (Runs.SpentException e) {
      return null;
    }
  }

  /**
   * What comes after a first move in two runs. Names that are made up anew on this way are learnt
   * from two runs, and met again in two more. The run with no move is one of them where nothing but
   * the names could differ.
   */
  private List<Scenario> inTwoRuns(Scenario first) {
    Rehearsal one = rehearse(first);
    List<Scenario> next = next(first, one);
    if (next.isEmpty()) {
      return next;
    }
    boolean single = alone && one.observation().taskCount() == 1;
    if (single && next.stream().allMatch(n -> names.containsAll(n.last().call().site().names()))) {
      return next;
    }
    Rehearsal other = rehearse(first);
    VolatileNames learnt =
        madeUp.learn(first.volatileNames(), one.observation(), other.observation());
    if (learnt.hasMoreThan(first.volatileNames())) {
      Scenario again = first.with(learnt);
      next = next(again, rehearse(again));
      other = rehearse(again);
      return inBoth(next, again, other);
    }
    return inBoth(next, first, other);
  }

  private List<Scenario> inBoth(List<Scenario> next, Scenario first, Rehearsal other) {
    Set<String> ids = new HashSet<>();
    next(first, other).forEach(scenario -> ids.add(scenario.window().id()));
    List<Scenario> both = next.stream().filter(n -> ids.contains(n.window().id())).toList();
    onceOnly.addAndGet(next.size() - both.size());
    return both;
  }

  private Rehearsal rehearse(Scenario first) {
    return trials.rehearse(first, UndisturbedRuns.OBSERVED);
  }

  private List<Scenario> next(Scenario first, Rehearsal rehearsal) {
    Planner next = planner.apply(rehearsal.observation(), first.volatileNames());
    List<Scenario> found =
        new ArrayList<>(
            next.plan(rehearsal.from()).scenarios().stream()
                .filter(scenario -> isNew(first, scenario))
                .toList());
    next.linkedInstead(first).filter(s -> !known.contains(s.window().id())).ifPresent(found::add);
    return found;
  }

  /** Both moves, one after the other; or the one, if it is for the same call. */
  private static Scenario joined(Scenario first, Scenario next) {
    return isInstead(first, next) ? next : first.then(next.atFirst());
  }

  @SuppressWarnings("ReferenceEquality") // the very call that was observed
  private static boolean isInstead(Scenario first, Scenario next) {
    return next.last().call() == first.last().call();
  }

  private List<Scenario> after(Scenario first, List<Scenario> seen) {
    List<Scenario> found = new ArrayList<>();
    List<Scenario> sameInEachRun = new ArrayList<>(seen);
    sameInEachRun.sort(
        Comparator.comparingInt((Scenario s) -> s.last().call().site().occurrence())
            .thenComparing(s -> s.window().id()));
    for (Scenario next : sameInEachRun) {
      Key key =
          new Key(
              next.window().directory() + '\0' + added(first, next.window().entry()),
              next.last().strike(),
              next.window().use().call());
      if (planned.add(key)) {
        found.add(joined(first, next));
      } else {
        pruned.merge("likewise on another way", 1, Integer::sum);
      }
    }
    return found;
  }

  /** Of the names that a first move adds one is as good as another. */
  private static String added(Scenario first, String entry) {
    return first.last().below().missing().contains(Raw.fromText(entry))
            && first.last().strike() == Strike.NAMES
        ? AddedNames.FOUND_ELSEWHERE
        : AddedNames.withoutEnding(entry);
  }

  private boolean isNew(Scenario first, Scenario next) {
    return !known.contains(next.window().id())
        && !next.window().entry().startsWith(Trials.OWN_NAMES)
        && isNews(first.last(), next.last());
  }

  /** What was just told a lie about one name need not be told another about the same. */
  private static boolean isNews(Move first, Move next) {
    Binding one = first.binding();
    Binding other = next.binding();
    if (one == null || other == null) {
      return false;
    }
    boolean check = next.call().operation().action().isCheck();
    // In a directory of its own it need not lie: there it may have anything.
    boolean hisOwn = first.strike() == Strike.DIRECTORY || first.strike() == Strike.EXCHANGE;
    // But for one that was missing, of which nobody knows what would be looked for in it.
    boolean made = first.strike() == Strike.DIRECTORY && one.object() == null;
    boolean ledThere =
        hisOwn && !made && first.call().operation().action().isCheck() && !one.last();
    return !(check && (ledThere || one.path().equals(other.path())));
  }
}
