package dev.holdfast.prove;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to prove: the command line of {@code holdfast prove} as data.
 *
 * @param argv the victim
 * @param setup shell commands run in the fresh world before the victim, as root
 * @param fresh directories that each world has for its own, empty
 * @param arena likewise, and owned by the attacker
 * @param user the victim's identity by name or number; null for whoever runs this
 * @param attacker the attacker's identity by name or number
 * @param intruders who acts
 * @param rivals shell commands of {@link Intruder#RIVAL}, run as root; each is an intruder of its
 *     own, and must exit 0, or what it was to do counts as not done
 * @param checks shell commands that must exit 0 after each trial, run as root
 * @param maxTrials at most so many runs; 0 for as many as it takes
 * @param timeout for one run of the victim
 * @param jobs worlds at a time; 0 for one per processor
 * @param directory where the victim starts
 * @param environment the victim's
 */
public record Case(
    List<String> argv,
    List<String> setup,
    List<Path> fresh,
    List<Path> arena,
    @Nullable String user,
    String attacker,
    Set<Intruder> intruders,
    List<String> rivals,
    List<String> checks,
    int maxTrials,
    Duration timeout,
    int jobs,
    Path directory,
    Map<String, String> environment) {
  public Case {
    argv = List.copyOf(argv);
    setup = List.copyOf(setup);
    fresh = List.copyOf(fresh);
    arena = List.copyOf(arena);
    intruders = Set.copyOf(intruders);
    rivals = List.copyOf(rivals);
    checks = List.copyOf(checks);
    environment = Map.copyOf(environment);
  }

  /** A case with the usual settings; refine it with the {@code with…} methods. */
  public static Case of(List<String> argv) {
    return new Case(
        argv,
        List.of(),
        List.of(),
        List.of(),
        null,
        "nobody",
        Set.of(Intruder.ATTACKER),
        List.of(),
        List.of(),
        0,
        Duration.ofSeconds(10),
        0,
        Path.of("").toAbsolutePath(),
        System.getenv());
  }

  public Case withSetup(String... commands) {
    return new Case(
        argv,
        List.of(commands),
        fresh,
        arena,
        user,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withFresh(Path... directories) {
    return new Case(
        argv,
        setup,
        List.of(directories),
        arena,
        user,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withArena(Path... directories) {
    return new Case(
        argv,
        setup,
        fresh,
        List.of(directories),
        user,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withUser(@Nullable String name) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        name,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withAttacker(String name) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        name,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withIntruders(Intruder... who) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        Set.of(who),
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withRivals(String... commands) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        intruders,
        List.of(commands),
        checks,
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withChecks(String... commands) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        intruders,
        rivals,
        List.of(commands),
        maxTrials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withMaxTrials(int trials) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        intruders,
        rivals,
        checks,
        trials,
        timeout,
        jobs,
        directory,
        environment);
  }

  public Case withTimeout(Duration limit) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        limit,
        jobs,
        directory,
        environment);
  }

  public Case withJobs(int worlds) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        worlds,
        directory,
        environment);
  }

  public Case withDirectory(Path start) {
    return new Case(
        argv,
        setup,
        fresh,
        arena,
        user,
        attacker,
        intruders,
        rivals,
        checks,
        maxTrials,
        timeout,
        jobs,
        start,
        environment);
  }

  public Case withEnvironment(Map<String, String> variables) {
    return new Case(
        argv, setup, fresh, arena, user, attacker, intruders, rivals, checks, maxTrials, timeout,
        jobs, directory, variables);
  }
}
