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
import java.util.regex.Pattern;
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

  private static final Pattern NAMES =
      Pattern.compile(System.getProperty("holdfast.schedules.names", ""));

  private static final Duration BUDGET =
      Duration.ofSeconds(Integer.getInteger("holdfast.schedules.seconds", 60));

  private static final List<String> USUAL =
      List.of(
          "shared lock to read, exclusive one to write",
          "job done by two",
          "emptied before it is locked",
          "two readers who want to write",
          "log rotated by its size",
          "each steps back for the other",
          "lock taken, pipe waited for",
          "flag looked at, then the signal waited for");

  private static final List<String> ROWS = new ArrayList<>();
  private static final List<Integer> RUNS_TO_FIRST = new ArrayList<>();
  private static int complete;

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("flock");
  }

  @AfterAll
  static void table() {
    ROWS.forEach(System.out::println);
    List<Integer> runs = RUNS_TO_FIRST.stream().sorted().toList();
    if (!runs.isEmpty()) {
      System.out.printf(
          Locale.ROOT,
          "%d pairs, %d faults found; schedules until the first one that fails: median %d, nine of"
              + " ten %d, most %d; %d of what holds explored completely%n",
          ROWS.size(),
          runs.size(),
          runs.get(runs.size() / 2),
          runs.get(Math.max(0, (runs.size() * 9 + 9) / 10 - 1)),
          runs.getLast(),
          complete);
    }
  }

  static Stream<Pair> pairs() throws IOException {
    return PairTable.all().stream()
        .filter(p -> WANTED.isEmpty() ? USUAL.contains(p.name()) : wants(p));
  }

  private static boolean wants(Pair pair) {
    return NAMES.matcher(pair.name()).find()
        && (WANTED.equals("all") || List.of(WANTED.split(",")).contains(pair.language()));
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

  private static String preemptions(ScheduleProof bug) {
    if (bug.findings().isEmpty()) {
      return "-";
    }
    ScheduleFinding last = bug.findings().getLast();
    return last.replay().equals("turns") ? "turns" : String.valueOf(last.preemptions());
  }

  private static String bound(ScheduleProof fix) {
    int bound = fix.claim().bound();
    return bound == Integer.MAX_VALUE ? " by what is said" : " " + bound;
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
            "| %s | %s | %s | %s | %d (%d) | %s | %s%s, %d runs%s |",
            pair.name(),
            pair.language(),
            found,
            preemptions(bug),
            bug.firstFailing(),
            bug.schedules(),
            fix.findings().isEmpty() ? "none" : fix.findings().getFirst().kind(),
            claim,
            claim.equals("bounded") ? bound(fix) : "",
            fix.schedules(),
            fix.claim().why().isEmpty() ? "" : "; " + fix.claim().why()));
    if (!bug.findings().isEmpty()) {
      RUNS_TO_FIRST.add(bug.firstFailing());
    }
    complete += fix.claim().extent() == ScheduleProof.Extent.COMPLETE ? 1 : 0;
    System.out.println(ROWS.getLast());
    assertTrue(
        bug.findings().stream().anyMatch(f -> f.kind() == pair.kind() && f.again()),
        () -> pair.name() + ": " + bug);
    assertEquals(List.of(), fix.findings(), pair.name());
  }
}
