package dev.holdfast.prove.model;

import java.nio.file.Path;
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
 * @param anyTime whether who sleeps may wake at any time; else others go first
 * @param views shell commands; what they print at the end is compared, and not the files
 * @param ignored absolute paths; what is there or below is not compared
 * @param crash whether one of them is killed somewhere, and the others go on
 * @param inside whether the processes of the case's one command run against one another instead
 * @param quiet whether it is over when all wait for something from outside, which never comes
 */
public record Together(
    List<String> others,
    int runs,
    int bound,
    Duration budget,
    long seed,
    boolean anyTime,
    List<String> views,
    List<Path> ignored,
    boolean crash,
    boolean inside,
    boolean quiet) {
  /** What is tried at once at most. */
  public static final int MOST = 4;

  public static final Duration USUAL_BUDGET = Duration.ofSeconds(60);

  public static final Duration DEEP_BUDGET = Duration.ofMinutes(10);

  public Together {
    others = List.copyOf(others);
    views = List.copyOf(views);
    ignored = List.copyOf(ignored);
  }

  /** The same command twice. */
  public static Together twice() {
    return new Together(
        List.of(), 2, -1, USUAL_BUDGET, 1, false, List.of(), List.of(), false, false, false);
  }

  /** The processes of one command. */
  public static Together ofOneCommand() {
    return new Together(
        List.of(), 1, -1, USUAL_BUDGET, 1, false, List.of(), List.of(), false, true, false);
  }

  /** The command once, and another. */
  public static Together with(String... commands) {
    return twice().withOthers(List.of(commands)).withRuns(1);
  }

  public Together withOthers(List<String> commands) {
    return new Together(
        commands, runs, bound, budget, seed, anyTime, views, ignored, crash, inside, quiet);
  }

  public Together withRuns(int copies) {
    return new Together(
        others, copies, bound, budget, seed, anyTime, views, ignored, crash, inside, quiet);
  }

  public Together withBound(int preemptions) {
    return new Together(
        others, runs, preemptions, budget, seed, anyTime, views, ignored, crash, inside, quiet);
  }

  public Together withBudget(Duration time) {
    return new Together(
        others, runs, bound, time, seed, anyTime, views, ignored, crash, inside, quiet);
  }

  public Together withSeed(long number) {
    return new Together(
        others, runs, bound, budget, number, anyTime, views, ignored, crash, inside, quiet);
  }

  public Together withAnyTime(boolean any) {
    return new Together(
        others, runs, bound, budget, seed, any, views, ignored, crash, inside, quiet);
  }

  public Together withViews(List<String> commands) {
    return new Together(
        others, runs, bound, budget, seed, anyTime, commands, ignored, crash, inside, quiet);
  }

  public Together withIgnored(List<Path> paths) {
    return new Together(
        others, runs, bound, budget, seed, anyTime, views, paths, crash, inside, quiet);
  }

  public Together withCrash(boolean kills) {
    return new Together(
        others, runs, bound, budget, seed, anyTime, views, ignored, kills, inside, quiet);
  }

  public Together withQuiet(boolean untilQuiet) {
    return new Together(
        others, runs, bound, budget, seed, anyTime, views, ignored, crash, inside, untilQuiet);
  }
}
