package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Every order of the calls that meet, each once, however many preemptions it takes: where one
 * program was let go and then another one, the first one sleeps until something is done that meets
 * its next call, since all that begins with it was tried already.
 *
 * <p>It is complete only where who could go depends on nothing but the class of what was done; so
 * not where programs wait for time to pass.
 *
 * <p>Threads: one at a time; a walk is that of its run.
 *
 * <p><b>Source.</b> Godefroid, Partial-Order Methods for the Verification of Concurrent Systems;
 * Knuth, Estimating the Efficiency of Backtrack Programs.
 */
public final class SleepSets {
  private record Level(
      int index,
      List<Integer> awake,
      Set<Integer> asleep,
      Map<Integer, Footprint> next,
      int chosen) {

    /** Who sleeps behind a choice, if those who are named before it were tried. */
    Set<Integer> asleepBehind(int choice) {
      Set<Integer> covered = new HashSet<>(asleep);
      covered.addAll(awake.subList(0, awake.indexOf(choice)));
      covered.removeIf(each -> footprint(each).meets(footprint(choice)));
      return covered;
    }

    private Footprint footprint(int who) {
      return Objects.requireNonNull(next.get(who));
    }
  }

  /** One way down. */
  public static final class Walk implements Chooser {
    private final List<Integer> given;
    private final @Nullable Random random;
    private final List<Level> levels = new ArrayList<>();
    private Set<Integer> asleep;
    private double weight = 1;

    private Walk(List<Integer> given, Set<Integer> asleep, @Nullable Random random) {
      this.given = given;
      this.asleep = asleep;
      this.random = random;
    }

    /** A walk by chance. */
    static Walk random(Random random) {
      return new Walk(List.of(), Set.of(), random);
    }

    public List<Integer> given() {
      return given;
    }

    /**
     * If the walk came to its end, how many ends there are: right in the mean of many walks. One
     * that did not counts as 0.
     */
    double weight() {
      return weight;
    }

    @Override
    public int choose(Decision decision, IntFunction<Footprint> next) {
      if (decision.idle()) {
        if (levels.isEmpty() || random != null) {
          // Who was let go can only wait: what the others do is tried without that.
          return STOP;
        }
        // The same decision again, without the one who waits.
        asleep = levels.removeLast().asleep();
      }
      List<Integer> awake =
          decision.enabled().stream().filter(each -> !asleep.contains(each)).sorted().toList();
      if (awake.isEmpty()) {
        return STOP;
      }
      Map<Integer, Footprint> footprints = new HashMap<>();
      decision.enabled().forEach(each -> footprints.put(each, next.apply(each)));
      // Who sleeps could go: nothing was done that could keep it.
      asleep.forEach(each -> footprints.computeIfAbsent(each, next::apply));
      int chosen = random == null ? awake.getFirst() : awake.get(random.nextInt(awake.size()));
      weight *= random == null ? 1 : awake.size();
      Level level = new Level(decision.index(), awake, asleep, footprints, chosen);
      levels.add(level);
      asleep = level.asleepBehind(chosen);
      return chosen;
    }
  }

  private final Deque<Walk> left = new ArrayDeque<>();

  public SleepSets() {
    left.push(new Walk(List.of(), Set.of(), null));
  }

  public boolean isEmpty() {
    return left.isEmpty();
  }

  /** The walk to make next. */
  public Walk next() {
    return left.pop();
  }

  /** A walk was made: it could have gone otherwise. */
  public void made(Walk walk, List<Integer> choices) {
    for (Level level : walk.levels) {
      List<Integer> awake = level.awake();
      for (int choice : awake.subList(awake.indexOf(level.chosen()) + 1, awake.size())) {
        List<Integer> given = new ArrayList<>(choices.subList(0, level.index()));
        given.add(choice);
        left.push(new Walk(given, level.asleepBehind(choice), null));
      }
    }
  }
}
