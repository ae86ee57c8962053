package dev.holdfast.prove.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleFinding.Kind;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of the programs is killed, and what it leaves behind: each fault beside the way that holds.
 */
@Timeout(600)
@Execution(ExecutionMode.SAME_THREAD)
class CrashTest {
  private static final Together CRASH =
      Together.twice().withCrash(true).withBudget(Duration.ofSeconds(90));

  /** Adds one, so that a reader finds the old number or the new one. */
  private static final String COUNT = "n=$(cat n); echo $((n+1)) > t; mv t n";

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("flock");
  }

  private static Case one(String command) {
    return Case.of(List.of("/bin/sh", "-c", "cd /srv/w && " + command))
        .withFresh(Path.of("/srv/w"))
        .withSetup("echo 0 > /srv/w/n; echo 1 > /srv/w/a; echo 1 > /srv/w/b")
        .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
  }

  private static ScheduleProof prove(String command, Together how) throws ProveException {
    return Prover.schedules(one(command), how, null, Progress.NONE);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("a lock directory", Kind.STUCK, "mkdir d || exit 75; " + COUNT + "; rmdir d"),
        Arguments.of("a lock file", Kind.STUCK, "(set -C; : > l) || exit 75; " + COUNT + "; rm l"),
        Arguments.of(
            "who waits for the lock directory",
            Kind.STUCK,
            "until mkdir d; do sleep 1; done; " + COUNT + "; rmdir d"),
        Arguments.of(
            "half a file is no number", Kind.STUCK, "n=$(cat n); test $n -ge 0 && echo $n > n"),
        Arguments.of(
            "emptied, then written", Kind.TORN, "exec 9>l; flock 9; n=$(cat n); echo $n > n"),
        Arguments.of("two files that belong together", Kind.TORN, "echo 2 > a; echo 2 > b"),
        Arguments.of("two lines", Kind.TORN, "echo 1 >> a; echo 2 >> a"),
        Arguments.of("a new file", Kind.TORN, "cat n > new"),
        Arguments.of(
            "the same temporary name, added to",
            Kind.TORN,
            "exec 9>l; flock 9; cat a >> t; mv t c"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void isFound(String name, Kind kind, String command) throws ProveException {
    ScheduleProof proof = prove(command, CRASH);
    ScheduleFinding found =
        proof.findings().stream().filter(f -> f.kind() == kind).findFirst().orElse(null);
    assertTrue(found != null && found.again(), () -> name + ": " + proof);
    assertEquals(0, found.preemptions(), found::toString);
    List<String> calls = found.steps().stream().map(ScheduleStep::call).toList();
    assertTrue(calls.contains("SIGKILL"), found::toString);
    assertEquals(2, found.turning().size(), found::toString);
    ScheduleFinding again =
        Prover.schedules(one(command), CRASH, found.replay(), Progress.NONE).findings().getFirst();
    assertEquals(found.steps(), again.steps());
    assertEquals(found.kind(), again.kind());
  }

  static Stream<Arguments> held() {
    return Stream.of(
        Arguments.of("the kernel holds the lock", "exec 9>l; flock 9; " + COUNT),
        Arguments.of("replaced by rename", "echo 2 > t.$$; mv t.$$ a"),
        Arguments.of("a directory switched by one link", "ln -s b t.$$; mv -T t.$$ cur"),
        Arguments.of("who reads", "cat n a b"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("held")
  void isSilent(String name, String command) throws ProveException {
    ScheduleProof proof = prove(command, CRASH);
    assertEquals(List.of(), proof.findings(), name);
    assertEquals(0, proof.undecided(), proof::toString);
    assertEquals(Extent.COMPLETE, proof.claim().extent(), proof::toString);
  }

  /** Where a command's words are compared, only what it tells counts of what is left. */
  @Test
  void whatACommandPrintsIsCompared() throws ProveException {
    Together view = CRASH.withViews(List.of("cat /srv/w/n"));
    ScheduleFinding torn = prove("echo 1 > n", view).findings().getFirst();
    assertEquals(Kind.TORN, torn.kind());
    assertTrue(torn.evidence().getFirst().contains("what 'cat /srv/w/n' prints"), torn::toString);
    String unseen = "echo 2 > a; echo 1 > t.$$; mv t.$$ n";
    ScheduleProof proof = prove(unseen, view);
    assertEquals(List.of(), proof.findings());
    assertEquals(0, proof.undecided(), proof::toString);
    assertEquals(Kind.TORN, prove(unseen, CRASH).findings().getFirst().kind());
  }

  /** A dead holder's PID file is taken over, under a lock of the kernel's. */
  @Test
  void takenOver() throws ProveException {
    String live = "p=$(cat pid 2>/dev/null); [ -n \"$p\" ] && kill -0 $p 2>/dev/null";
    String take = "echo $$ > p.new; mv p.new pid";
    ScheduleProof proof =
        prove(
            "exec 9>>g; flock 9; "
                + live
                + " && exit 75; "
                + take
                + "; exec 9>&-; "
                + COUNT
                + "; rm pid",
            CRASH.withBound(0));
    assertEquals(List.of(), proof.findings());
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(
        proof.observations().stream().anyMatch(o -> o.contains("/srv/w/pid is left behind")),
        proof::toString);
    String bad = "[ -e pid ] && exit 75; " + take + "; " + COUNT + "; rm pid";
    assertEquals(Kind.STUCK, prove(bad, CRASH).findings().getFirst().kind());
  }

  /** Killed before its number is in the lock: whose it is, nobody will ever know. */
  @Test
  void lockWithoutItsHolder() throws ProveException {
    String take = "read p <l && ! kill -0 $p && rm l; (set -C; echo $$ >l) || exit 75; rm l";
    ScheduleProof proof = prove(take, CRASH.withRuns(3));
    assertEquals(Kind.STUCK, proof.findings().getFirst().kind(), proof::toString);
    assertTrue(proof.programs().size() > 3, proof::toString);
    String whole = "read p <l && ! kill -0 $p && rm l; echo $$ >p.$$; ln p.$$ l && rm l; rm p.$$";
    ScheduleProof good = prove(whole, CRASH.withRuns(3).withBound(0));
    assertEquals(List.of(), good.findings());
    assertEquals(0, good.undecided(), good::toString);
  }

  /** Nobody is killed: one failed since it read half of what another one wrote. */
  @Test
  void leftByAFailure() throws ProveException {
    String work = "mkdir d || exit 75; n=$(cat n); [ -n \"$n\" ] || %s; echo $n >> log; rmdir d";
    Together how = Together.with("echo 5 > /srv/w/n").withBudget(Duration.ofSeconds(90));
    ScheduleProof bad = prove(work.formatted("exit 1"), how);
    ScheduleFinding found = bad.findings().getFirst();
    assertEquals(Kind.STUCK, found.kind(), bad::toString);
    assertTrue(found.again(), found::toString);
    assertTrue(found.evidence().getFirst().contains("once more"), found::toString);
    ScheduleProof good = prove(work.formatted("{ rmdir d; exit 1; }"), how);
    assertEquals(List.of(), good.findings());
    assertEquals(Extent.COMPLETE, good.claim().extent(), good::toString);
  }

  @Test
  void idsOfKills() {
    for (String id : List.of("a1b1", "A1a2", "c1", "A1c1")) {
      ProveException refused =
          assertThrows(
              ProveException.class, () -> Prover.schedules(one("true"), CRASH, id, Progress.NONE));
      assertTrue(refused.isWrongUse(), id);
    }
    assertTrue(Schedules.isReplay("A3a1B2", 2, false));
    assertFalse(Schedules.isReplay("A3a1B2b1", 2, false));
  }
}
