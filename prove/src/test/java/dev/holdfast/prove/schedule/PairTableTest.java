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
import dev.holdfast.prove.schedule.PairTable.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The set of programs with known faults. The build takes a few of them; {@code
 * bench/schedule-pairs.sh} takes all and prints the table.
 */
@Execution(ExecutionMode.SAME_THREAD)
class PairTableTest {
  private static final String WANTED = System.getProperty("holdfast.schedules.table", "");
  private static final Duration BUDGET =
      Duration.ofSeconds(Integer.getInteger("holdfast.schedules.seconds", 60));

  private static final List<String> USUAL =
      List.of(
          "shared lock to read, exclusive one to write",
          "job done by two",
          "emptied before it is locked",
          "two readers who want to write");

  private static final List<String> ROWS = new ArrayList<>();

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("flock");
  }

  @AfterAll
  static void table() {
    ROWS.forEach(System.out::println);
  }

  static Stream<Pair> pairs() throws IOException {
    return PairTable.all().stream()
        .filter(p -> WANTED.isEmpty() ? USUAL.contains(p.name()) : wants(p));
  }

  private static boolean wants(Pair pair) {
    return WANTED.equals("all") || List.of(WANTED.split(",")).contains(pair.language());
  }

  private static ScheduleProof prove(Pair pair, List<String> commands) throws ProveException {
    StringBuilder setup = new StringBuilder("cd /srv/w && ");
    setup.append(
        "echo 0 > n && echo a > a && echo b > b && echo 99999 > old && echo '{\"n\":0}' > j");
    setup.append(" && mkdir q && echo job > q/job && echo line > log.0");
    pair.files()
        .forEach(
            (name, text) ->
                setup
                    .append(" && cat > ")
                    .append(name)
                    .append(" <<'END'\n")
                    .append(text)
                    .append("\nEND\ntrue"));
    setup.append(" && ").append(pair.setup());
    Case what =
        Case.of(List.of("/bin/sh", "-c", "cd /srv/w && " + commands.getFirst()))
            .withFresh(Path.of("/srv/w"))
            .withSetup(setup.toString())
            .withTimeout(Duration.ofSeconds(60))
            .withEnvironment(Map.of("PATH", System.getenv("PATH"), "LC_ALL", "C"));
    Together how =
        commands.getFirst().equals(commands.getLast())
            ? Together.twice().withRuns(pair.runs())
            : Together.with("cd /srv/w && " + commands.getLast());
    return Prover.schedules(what, how.withBudget(BUDGET), null, Progress.NONE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void faultAndFix(Pair pair) throws ProveException {
    TestHost.assumeProgram(pair.program());
    ScheduleProof bug = prove(pair, pair.bug());
    ScheduleProof fix = prove(pair, pair.fix());
    ScheduleFinding.Kind found = bug.findings().isEmpty() ? null : bug.findings().getLast().kind();
    String claim = fix.claim().extent().name().toLowerCase(Locale.ROOT);
    ROWS.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %s | %d | %s | %s%s, %d runs |",
            pair.name(),
            pair.language(),
            found,
            bug.findings().isEmpty() ? "-" : bug.findings().getLast().preemptions(),
            bug.schedules(),
            fix.findings().isEmpty() ? "none" : fix.findings().getFirst().kind(),
            claim,
            claim.equals("bounded") ? " " + fix.claim().bound() : "",
            fix.schedules()));
    System.out.println(ROWS.getLast());
    assertTrue(
        bug.findings().stream().anyMatch(f -> f.kind() == pair.kind() && f.again()),
        () -> pair.name() + ": " + bug);
    assertEquals(List.of(), fix.findings(), pair.name());
  }
}
