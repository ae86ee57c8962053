package dev.holdfast.prove.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.params.provider.ValueSource;

/** The tasks of one command against one another, with known answers: faults beside what holds. */
@Timeout(600)
@Execution(ExecutionMode.SAME_THREAD)
class InsideTest {
  private static final String ADD = "read n < n; echo $((n+1)) > n";
  private static final String ADD_BY_CAT = "n=$(cat n); echo $((n+1)) > n";
  private static final String FREED_TOO_SOON =
      "exec 9>l; flock 9; read n < n; (exec 9>&-; echo $((n+1)) > n) &";
  private static final Duration LONG = Duration.ofSeconds(90);

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("flock");
  }

  private static Case shell(String command) {
    return Case.of(List.of("/bin/sh", "-c", "cd /srv/w; " + command))
        .withFresh(Path.of("/srv/w"))
        .withSetup("echo 0 > /srv/w/n; echo a > /srv/w/a; echo b > /srv/w/b")
        .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
  }

  private static ScheduleProof inside(String command) throws ProveException {
    return inside(shell(command));
  }

  private static ScheduleProof inside(Case what) throws ProveException {
    return Prover.schedules(what, Together.ofOneCommand().withBudget(LONG), null, Progress.NONE);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("two counters", Kind.NOT_SERIAL, "(" + ADD + ") & (" + ADD + ") & wait"),
        Arguments.of(
            "two counters that start others",
            Kind.NOT_SERIAL,
            "(" + ADD_BY_CAT + ") & (" + ADD_BY_CAT + ") & wait"),
        Arguments.of(
            "a counter beside one's own", Kind.NOT_SERIAL, "(" + ADD + ") & " + ADD + "; wait"),
        Arguments.of(
            "two locks in two orders",
            Kind.DEADLOCK,
            "flock a flock b true & flock b flock a true & wait"),
        Arguments.of(
            "a lock that goes with its holder, whose child still writes",
            Kind.NOT_SERIAL,
            "(" + FREED_TOO_SOON + ") & (" + FREED_TOO_SOON + ") & wait"),
        Arguments.of(
            "a prerequisite that is not waited for",
            Kind.ORDER,
            "echo x > gen & cat gen > out & wait $!"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void isFound(String name, Kind kind, String command) throws ProveException {
    ScheduleProof proof = inside(command);
    ScheduleFinding first =
        proof.findings().stream()
            .filter(f -> f.kind() == kind)
            .findFirst()
            .orElseThrow(() -> new AssertionError(name + ": " + proof));
    assertTrue(first.again(), () -> "not the same again: " + first);
    assertTrue(first.preemptions() <= 2, first::toString);
    ScheduleProof again =
        Prover.schedules(shell(command), Together.ofOneCommand(), first.replay(), Progress.NONE);
    assertEquals(kind, again.findings().getFirst().kind(), again::toString);
  }

  static Stream<Arguments> held() {
    return Stream.of(
        Arguments.of(
            "two counters under a lock",
            "(flock 9; " + ADD + ") 9>l & (flock 9; " + ADD + ") 9>l & wait"),
        Arguments.of("one after the other", "(" + ADD + ") & wait; (" + ADD + ") & wait"),
        Arguments.of(
            "two locks in one order", "flock a flock b true & flock a flock b true & wait"),
        Arguments.of("files of their own", "cat a > x & cat b > y & wait; cat x y > out"),
        Arguments.of("a prerequisite that is waited for", "echo x > gen & wait; cat gen > out"),
        Arguments.of("a pipeline", "cat a b | sort -r | tr a-z A-Z > out"),
        Arguments.of("who reads to the end", "{ echo a; echo b; } | cat > out"),
        Arguments.of("whole lines in one log", "echo one >> log & echo two >> log & wait"),
        Arguments.of("nothing at the same time", ADD_BY_CAT + "; " + ADD_BY_CAT));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("held")
  void isSilent(String name, String command) throws ProveException {
    ScheduleProof proof = inside(command);
    assertEquals(List.of(), proof.findings(), name);
    assertEquals(0, proof.undecided(), () -> name + ": " + proof);
    assertEquals(Extent.COMPLETE, proof.claim().extent(), () -> name + ": " + proof);
  }

  @Test
  void make() throws ProveException {
    TestHost.assumeProgram("make");
    String rule = "all: out\\nout: %s\\n\\tcat gen > out\\ngen:\\n\\techo x > gen\\n";
    Case bad = make(rule.formatted("").replace("all: out", "all: gen out"));
    assertEquals(Kind.ORDER, inside(bad).findings().getFirst().kind());
    ScheduleProof good = inside(make(rule.formatted("gen")));
    assertEquals(List.of(), good.findings());
    assertEquals(0, good.undecided(), good::toString);
  }

  private static Case make(String rules) {
    return Case.of(List.of("make", "-s", "-j2", "-C", "/srv/w"))
        .withFresh(Path.of("/srv/w"))
        .withSetup("printf '" + rules + "' > /srv/w/Makefile")
        .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
  }

  /**
   * An end that is another one, as it happens who goes first, is told, but is no fault by itself.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo one > out & echo two > out & wait",
        "{ echo 1; echo 2; echo done > log; } | head -n 1 > out; true",
        "{ echo a; echo b; } | dd count=1 2>/dev/null > out"
      })
  void anotherEndIsTold(String command) throws ProveException {
    ScheduleProof proof = inside(command);
    assertEquals(List.of(), proof.findings());
    assertTrue(proof.observations().stream().anyMatch(o -> o.startsWith("ORDER")), proof::toString);
  }

  @Test
  void itIsOneCommand() {
    ProveException refused =
        assertThrows(
            ProveException.class,
            () ->
                Prover.schedules(
                    shell("true"), Together.ofOneCommand().withRuns(2), null, Progress.NONE));
    assertTrue(refused.isWrongUse(), refused::getMessage);
    ProveException unknown =
        assertThrows(
            ProveException.class,
            () -> Prover.schedules(shell("true"), Together.ofOneCommand(), "A1", Progress.NONE));
    assertTrue(unknown.isWrongUse(), unknown::getMessage);
  }
}
