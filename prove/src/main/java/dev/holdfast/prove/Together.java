package dev.holdfast.prove;

import java.time.Duration;
import java.util.List;

/**
 * Programs that trust one another and are to be run under every schedule.
 *
 * @param others shell commands that run together with the case's own
 * @param runs how many times the case's own command runs
 * @param bound the most preemptions; negative for as many as it takes
 * @param budget how long to explore
 * @param seed of what is left to chance
 */
public record Together(List<String> others, int runs, int bound, Duration budget, long seed) {
  /** What is tried at once at most. */
  public static final int MOST = 4;

  public static final Duration USUAL_BUDGET = Duration.ofSeconds(60);

  public static final Duration DEEP_BUDGET = Duration.ofMinutes(10);

  public Together {
    others = List.copyOf(others);
  }

  /** The same command twice. */
  public static Together twice() {
    return new Together(List.of(), 2, -1, USUAL_BUDGET, 1);
  }

  /** The command once, and another. */
  public static Together with(String... commands) {
    return new Together(List.of(commands), 1, -1, USUAL_BUDGET, 1);
  }

  public Together withBound(int preemptions) {
    return new Together(others, runs, preemptions, budget, seed);
  }

  public Together withBudget(Duration time) {
    return new Together(others, runs, bound, time, seed);
  }

  public Together withRuns(int copies) {
    return new Together(others, copies, bound, budget, seed);
  }

  public Together withSeed(long number) {
    return new Together(others, runs, bound, budget, number);
  }
}
