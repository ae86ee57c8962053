package dev.holdfast.junit;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.report.Conclusion;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to prove, on its way to the JVM that does it.
 *
 * @param shown the program as people are told of it
 * @param attacker or intruder
 * @param replay the id of the one window or schedule to try; empty for all
 */
record Request(
    List<String> argv,
    List<String> shown,
    List<String> setup,
    List<String> fresh,
    List<String> arena,
    List<String> volume,
    boolean tmp,
    String user,
    String attacker,
    boolean crash,
    List<String> checks,
    int runs,
    List<String> with,
    List<String> views,
    List<String> ignored,
    Duration timeout,
    Duration budget,
    List<String> only,
    List<String> under,
    List<String> exclude,
    int maxTrials,
    boolean all,
    int expectExit,
    boolean assumeGuards,
    String replay)
    implements Serializable {

  /** What came of it, on its way back. */
  sealed interface Answer extends Serializable {}

  /** It was proved. */
  record Told(Conclusion.Kind kind, String text, String html) implements Answer {}

  /** No worlds can be made by that process. */
  record Impossible(String why) implements Answer {}

  /** The case makes no sense, or its set-up failed. */
  record Refused(String why) implements Answer {}

  boolean isTogether() {
    return runs > 1 || !with.isEmpty();
  }

  Together together() {
    return Together.twice()
        .withRuns(runs)
        .withOthers(with)
        .withBudget(budget)
        .withViews(views)
        .withIgnored(ignored.stream().map(Request::absolute).toList());
  }

  Conclusion.Policy policy() {
    return new Conclusion.Policy(expectExit, assumeGuards);
  }

  Case toCase() {
    Case what =
        Case.of(argv)
            .withSetup(setup.toArray(String[]::new))
            .withFresh(paths(fresh))
            .withArena(paths(arena))
            .withVolume(paths(volume))
            .withAttacker(attacker)
            .withChecks(checks.toArray(String[]::new))
            .withTimeout(timeout)
            .withOnly(only.toArray(String[]::new))
            .withUnder(paths(under))
            .withExclude(exclude.toArray(String[]::new))
            .withMaxTrials(maxTrials);
    what = crash ? what.withIntruders(Intruder.KILL) : what;
    what = user.isEmpty() ? what : what.withUser(user);
    what = tmp ? what.withTmp() : what;
    return all ? what.withAll() : what;
  }

  private static Path[] paths(List<String> names) {
    return names.stream().map(Request::absolute).toArray(Path[]::new);
  }

  private static Path absolute(String name) {
    return Path.of(name).toAbsolutePath().normalize();
  }
}
