package dev.holdfast.prove.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that never end by themselves are judged when all of them wait. */
@Timeout(600)
@Execution(ExecutionMode.SAME_THREAD)
class UntilQuietTest {
  private static final String LOOK =
      "[ -s pid ] && kill -0 $(cat pid) 2>/dev/null && exit 75; echo $$ > pid; ";

  private static final String LOCK = "exec 9>>pid; flock -n 9 || exit 75; echo $$ > pid; ";

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("flock");
  }

  private static ScheduleProof twice(String command) throws ProveException {
    Case what =
        Case.of(List.of("/bin/sh", "-c", "cd /srv/w && " + command))
            .withFresh(Path.of("/srv/w"))
            .withSetup("mkfifo /srv/w/requests; echo 0 > /srv/w/n")
            .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    Together how = Together.twice().withBudget(Duration.ofSeconds(90)).withQuiet(true);
    return Prover.schedules(what, how, null, Progress.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"read line < requests", "exec cat requests", "while :; do sleep 60; done"})
  void twoDaemons(String waits) throws ProveException {
    ScheduleProof bad = twice(LOOK + waits);
    ScheduleFinding first = bad.findings().getFirst();
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, first.kind(), first::toString);
    assertTrue(first.again(), first::toString);
    assertTrue(
        first.evidence().stream().anyMatch(line -> line.contains("still runs")), first::toString);
    ScheduleProof good = twice(LOCK + waits);
    assertEquals(List.of(), good.findings());
    assertEquals(0, good.undecided(), good::toString);
  }

  /** Who waits for a lock stands by; but two who wait for one another are no daemons. */
  @Test
  void aStandbyIsNoDeadlock() throws ProveException {
    ScheduleProof standby = twice("exec 9>>l; flock 9; echo up >> log; read line < requests");
    assertEquals(List.of(), standby.findings());
    assertEquals(0, standby.undecided(), standby::toString);
    Case what =
        Case.of(List.of("/bin/sh", "-c", "cd /srv/w && flock a flock b cat requests"))
            .withFresh(Path.of("/srv/w"))
            .withSetup("mkfifo /srv/w/requests; touch /srv/w/a /srv/w/b")
            .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    Together how = Together.with("cd /srv/w && flock b flock a cat requests").withQuiet(true);
    ScheduleProof crossed = Prover.schedules(what, how, null, Progress.NONE);
    assertTrue(
        crossed.findings().stream().anyMatch(f -> f.kind() == ScheduleFinding.Kind.DEADLOCK),
        crossed::toString);
  }
}
