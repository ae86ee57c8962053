package dev.holdfast.prove.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Extent;
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

/** Programs that look again and again, try for some time, and wait: what is claimed of them. */
@Timeout(600)
@Execution(ExecutionMode.SAME_THREAD)
class WaitingTest {
  private static final String ADD = "read n < n; echo $((n+1)) > n";

  /** Tries for half a minute, as the clock of the program says, to get both names. */
  private static final String BOTH =
      """
      import os, sys, time
      def get(name):
        end = time.monotonic() + 30
        while True:
          try: return os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
          except FileExistsError:
            if time.monotonic() > end: return sys.exit(75)
            time.sleep(0.05)
      a, b = sys.argv[1:]
      get(a)
      try: get(b)
      except SystemExit: os.unlink(a); raise
      open('log', 'a').write('x\\n')
      os.unlink(b); os.unlink(a)
      """;

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
  }

  private static Case one(String command) {
    return Case.of(List.of("/bin/sh", "-c", "cd /srv/w; " + command))
        .withFresh(Path.of("/srv/w"))
        .withSetup(
            "cd /srv/w; echo 0 > n; echo a > a; echo b > b; mkfifo p; cat > both.py <<'END'\n"
                + BOTH
                + "END\n")
        .withTimeout(Duration.ofSeconds(60))
        .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
  }

  private static ScheduleProof both(String command, String other, int bound) throws ProveException {
    Together how = Together.with("cd /srv/w; " + other).withBudget(Duration.ofSeconds(90));
    return Prover.schedules(one(command), how.withBound(bound), null, Progress.NONE);
  }

  /**
   * What goes wrong takes all sixty looks before the other one goes on. Under one lock nothing
   * does.
   */
  @Test
  void aLoopThatEndsByItself() throws ProveException {
    String loop = "i=0; while [ $i -lt 60 ] && [ ! -e x ]; do i=$((i+1)); done; ";
    String reads = "read p < a; read q < b; echo $p $q > out";
    ScheduleProof bad = both(loop + "echo 1 > a; echo 1 > b", reads + "; : > x", -1);
    ScheduleFinding first = bad.findings().getFirst();
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, first.kind());
    assertTrue(first.again(), first::toString);
    TestHost.assumeProgram("flock");
    ScheduleProof good =
        both(
            loop + "flock l sh -c 'echo 1 > a; echo 1 > b'",
            "flock l sh -c '" + reads + "'; : > x; rm x",
            1);
    assertEquals(List.of(), good.findings());
    assertEquals(0, good.undecided(), good::toString);
    assertTrue(!good.claim().why().contains("again and again"), good::toString);
  }

  /** Whether it would have stopped to look some time nobody knows. */
  @Test
  void aLoopThatMayHaveNoEnd() throws ProveException {
    String busy = "until mkdir d 2>/dev/null; do :; done; " + ADD + "; rmdir d";
    ScheduleProof proof = both(busy, busy, 1);
    assertEquals(List.of(), proof.findings());
    assertNotEquals(Extent.COMPLETE, proof.claim().extent());
    assertTrue(proof.claim().why().contains("again and again"), proof::toString);
    String sleeps = "until mkdir d 2>/dev/null; do sleep 1; done; " + ADD + "; rmdir d";
    ScheduleProof slow = both(sleeps, sleeps, -1);
    assertEquals(Extent.COMPLETE, slow.claim().extent(), slow::toString);
  }

  @Test
  void whoTriesUntilSomeTimeGivesUpThen() throws ProveException {
    TestHost.assumeProgram("python3");
    ScheduleProof crossed = both("python3 -S both.py x y", "python3 -S both.py y x", 1);
    assertEquals(List.of(), crossed.findings());
    assertTrue(
        crossed.observations().stream().anyMatch(o -> o.startsWith("GAVE_UP")), crossed::toString);
    // Who has no such time tries for ever.
    String firm = "until mkdir %s 2>/dev/null; do sleep 1; done; ";
    String end = "rmdir x y";
    ScheduleProof stuck =
        both(
            firm.formatted("x") + firm.formatted("y") + end,
            firm.formatted("y") + firm.formatted("x") + end,
            1);
    assertEquals(ScheduleFinding.Kind.LIVELOCK, stuck.findings().getFirst().kind());
  }

  /** Three hundred sleeps are many, but they are no eternity. */
  @Test
  void whoTriesOftenComesToAnEnd() throws ProveException {
    String often = "i=0; until [ -e x ] || [ $i -ge 300 ]; do i=$((i+1)); sleep 0.1; done; ";
    ScheduleProof proof = both(often + "echo $i >> out", "echo b > other", -1);
    assertEquals(List.of(), proof.findings());
    assertEquals(0, proof.undecided(), proof::toString);
  }

  /** What one reads from a FIFO another one does not get. */
  @Test
  void twoReadersOfOneFifo() throws ProveException {
    String two =
        "exec 3<>p; echo %1$s >&3; echo %2$s >&3; read a <&3; read b <&3; echo $a $b > %3$s";
    ScheduleProof bad = both(two.formatted(1, 2, "o1"), two.formatted(3, 4, "o2"), -1);
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, bad.findings().getFirst().kind());
    TestHost.assumeProgram("flock");
    String locked = "exec 9>l; flock 9; ";
    ScheduleProof good =
        both(locked + two.formatted(1, 2, "o1"), locked + two.formatted(3, 4, "o2"), -1);
    assertEquals(List.of(), good.findings());
    assertEquals(Extent.COMPLETE, good.claim().extent(), good::toString);
  }
}
