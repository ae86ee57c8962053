package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.prove.ProveCommand;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code holdfast prove} of programs that run together. */
class ProveSchedulesTest {
  private static final Claim COMPLETE = new Claim(Extent.COMPLETE, Integer.MAX_VALUE, "");
  private static final ScheduleFinding LOST =
      new ScheduleFinding(
          ScheduleFinding.Kind.NOT_SERIAL,
          List.of("/w/n: \"1\", not \"2\""),
          List.of(
              new ScheduleStep(0, "0", "read", "/w/n", "", "", false),
              new ScheduleStep(1, "0.0", "unlinkat", "/w/\u001bn", "ENOENT", "", true)),
          List.of(),
          List.of(0, 1),
          new ScheduleOutcomes(
              List.of("A then B"),
              List.of(new ScheduleOutcomes.Row("/w/n", "\"1\"", List.of("\"2\"")))),
          1,
          "A1B2",
          true);

  private final FakeEngine engine = new FakeEngine(Proofs.of(Proofs.race("r1", "/srv/arena/f")));

  private CommandRun run(ScheduleProof answer, String... args) {
    engine.schedules = answer;
    return CommandRun.of("prove", new ProveCommand(engine), args);
  }

  private static ScheduleProof proof(Claim claim, int undecided, ScheduleFinding... findings) {
    return new ScheduleProof(
        List.of("tool x", "tool y"),
        List.of("/w/n"),
        12,
        34,
        findings.length == 0 ? 0 : 7,
        claim,
        List.of(findings),
        List.of("GAVE_UP: A ends with 75 (in 3 of the schedules)"),
        undecided,
        List.of("one note"));
  }

  private Together asked(String... args) {
    CommandRun run = run(proof(COMPLETE, 0), args);
    assertEquals(ExitCode.OK, run.exit(), run::err);
    return Objects.requireNonNull(engine.together);
  }

  @Test
  void everyOptionReachesTheEngine() {
    Together twice = Together.twice();
    assertEquals(twice, asked("--twice", "--", "tool"));
    assertEquals(
        twice.withRuns(3).withBound(2).withBudget(Duration.ofSeconds(5)),
        asked("--runs", "3", "--bound=2", "--budget=5s", "tool"));
    assertEquals(
        Together.with("a b", "c").withBound(0),
        asked("--with", "a b", "--with=c", "--bound", "0", "tool"));
    assertEquals(
        twice.withOthers(List.of("c")).withBudget(Duration.ofMillis(500)),
        asked("--twice", "--with=c", "--budget", "500ms", "tool"));
    assertEquals(
        twice.withBudget(Together.DEEP_BUDGET).withSeed(7),
        asked("--twice", "--deep", "--seed=7", "tool"));
    assertEquals(
        twice.withViews(List.of("x y", "z")).withIgnored(List.of(Path.of("/a/b"))),
        asked("--twice", "--view=x y", "--view", "z", "--ignore=/a/./b", "tool"));
    assertTrue(asked("--twice", "--timeouts=any", "tool").anyTime());
    assertFalse(asked("--twice", "--timeouts=last", "tool").anyTime());
    assertEquals(twice.withCrash(true), asked("--crash", "tool"));
    assertEquals(twice.withRuns(3).withCrash(true), asked("--crash", "--runs=3", "tool"));
    assertEquals(Together.with("a").withCrash(true), asked("--crash", "--with=a", "tool"));
    assertEquals(Together.ofOneCommand().withBound(2), asked("--inside", "--bound=2", "tool"));
    assertEquals(twice.withQuiet(true), asked("--twice", "--until=quiet", "tool"));
    assertEquals(List.of("tool"), engine.asked().argv());
    assertNull(engine.replayed);
    asked("--twice", "--replay", "A1B2", "tool");
    assertEquals("A1B2", engine.replayed);
  }

  /** Every two commands of a file, and each with itself, run together. */
  @Test
  void pairs(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("pairs"), "# tools\none 1\n\n  two\none 1\n");
    engine.schedules = proof(COMPLETE, 0);
    CommandRun run =
        CommandRun.of(
            "prove", new ProveCommand(engine), "--pairs", file.toString(), "--bound=1", "--tmp");
    assertEquals(ExitCode.OK, run.exit(), run::err);
    assertEquals(
        List.of(
            "sh -c one 1 " + Together.twice().withBound(1),
            "sh -c one 1 " + Together.with("two").withBound(1),
            "sh -c two " + Together.twice().withBound(1)),
        engine.allTogether);
    assertTrue(run.out().contains("== one 1  |  two"), run.out());
    assertTrue(run.out().contains("3 cases: 3 as expected"), run.out());

    Path single = Files.writeString(dir.resolve("single"), "one 1\n");
    String text = run(proof(COMPLETE, 0, LOST), "--pairs", single.toString()).out();
    assertTrue(text.contains("--twice --replay A1B2 -- sh -c 'one 1'"), text);
    Path none = Files.writeString(dir.resolve("none"), "# nothing\n");
    run(proof(COMPLETE, 0), "--pairs", none.toString())
        .assertRefused(
            ExitCode.USAGE, "holdfast prove: " + none + ": has no command, one on each line");
    run(proof(COMPLETE, 0), "--pairs", file.toString(), "tool")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --pairs: names the commands itself: it cannot be combined with CMD,"
                + " --case or --replay");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --runs=1            | --runs: from two to 4 programs run together
          --runs=5            | --runs: from two to 4 programs run together
          --runs=x            | --runs: 'x' is not a number from 1 to 999999999
          --twice --with=a --with=b --with=c | --with: from two to 4 programs run together
          --bound=1           | --bound: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --budget=1s         | --budget: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --deep              | --deep: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --seed=2            | --seed: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --timeouts=any      | --timeouts: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --twice --timeouts=x | --timeouts: 'x' is not one of last, any
          --view=x            | --view: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --ignore=x          | --ignore: says nothing without --twice, --runs, --with, --pairs, --crash or --inside
          --twice --bound=-1  | --bound: '-1' is not a number from 0 to 999
          --twice --budget=0s | --budget: '0s' leaves no time
          --pairs=x --twice   | --pairs: says who runs with whom: it cannot be combined with --twice, --runs or --with
          --pairs=x --with=y  | --pairs: says who runs with whom: it cannot be combined with --twice, --runs or --with
          --inside --twice    | --inside: is about one command alone: it cannot be combined with --twice, --runs, --with, --pairs or --crash
          --inside --with=x   | --inside: is about one command alone: it cannot be combined with --twice, --runs, --with, --pairs or --crash
          --inside --until=quiet | --inside: cannot be combined with --until
          --crash --until=quiet  | --crash: cannot be combined with --until
          --twice --until=80  | --until: says nothing where programs that trust one another run together
          --twice --list-windows | --list-windows: says nothing where programs that trust one another run together
          --twice --check=true   | --check: says nothing where programs that trust one another run together
          --twice --intruder=kill | --intruder: says nothing where programs that trust one another run together
          """)
  void wrongUseIsOneLine(String options, String line) {
    String[] args = (options + " tool").split(" ");
    run(proof(COMPLETE, 0), args)
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: "
                + line
                + (line.contains("'") ? "; see 'holdfast prove --help'" : ""));
    assertNull(engine.asked);
  }

  /** One schedule failed: 1; all were tried as far as that is promised: 0; else not decided: 3. */
  @Test
  void theExitStatusSaysWhatWasShown() {
    assertEquals(ExitCode.OK, run(proof(COMPLETE, 0), "--twice", "tool").exit());
    Claim some = new Claim(Extent.SAMPLED, -1, "the time was over (--budget)");
    assertEquals(ExitCode.NO, run(proof(some, 0, LOST), "--twice", "tool").exit());
    assertEquals(ExitCode.NO, run(proof(some, 1, LOST), "--twice", "tool").exit());
    assertEquals(ExitCode.UNDECIDED, run(proof(some, 0), "--twice", "tool").exit());
    assertEquals(ExitCode.UNDECIDED, run(proof(COMPLETE, 1), "--twice", "tool").exit());
    Claim bound0 = new Claim(Extent.BOUNDED, 0, "the time was over (--budget)");
    assertEquals(ExitCode.UNDECIDED, run(proof(bound0, 0), "--twice", "tool").exit());
    Claim bound1 = new Claim(Extent.BOUNDED, 1, "the time was over (--budget)");
    assertEquals(ExitCode.OK, run(proof(bound1, 0), "--twice", "tool").exit());
    assertEquals(ExitCode.OK, run(proof(some, 0), "--twice", "--replay=A1B1", "tool").exit());
  }

  @Test
  void writesSarifAndHtml(@TempDir Path directory) throws IOException {
    Path sarif = directory.resolve("r.sarif");
    Path html = directory.resolve("r.html");
    CommandRun run =
        run(
            proof(COMPLETE, 0, LOST),
            "--twice",
            "--sarif=" + sarif,
            "--html=" + html,
            "--",
            "perl",
            "x");
    assertEquals(ExitCode.NO, run.exit(), run::err);
    JsonNode result = new ObjectMapper().readTree(sarif.toFile()).at("/runs/0/results/0");
    assertEquals("L01/not-serial", result.path("ruleId").textValue());
    assertTrue(result.at("/properties/replay").textValue().contains("--twice --replay A1B2"));
    String page = Files.readString(html);
    assertTrue(page.contains("flock($l, LOCK_EX)"), page);
    assertTrue(page.contains("A: tool x"), page);
  }

  @Test
  void jsonHasEveryField() throws IOException {
    Claim bounded = new Claim(Extent.BOUNDED, 1, "it ended at the first finding");
    CommandRun run = run(proof(bounded, 0, LOST), "--json", "--runs=3", "tool");
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals("tool x", json.at("/programs/0").asText());
    assertEquals("/w/n", json.at("/shared/0").asText());
    assertEquals("bounded", json.at("/claim/kind").asText());
    assertEquals(1, json.at("/claim/bound").asInt());
    assertEquals(12, json.at("/claim/schedules").asInt());
    assertEquals(34, json.at("/claim/classes").asInt());
    assertEquals(7, json.at("/claim/firstFailing").asInt());
    assertTrue(json.at("/claim/estimate").isNull());
    assertEquals("it ended at the first finding", json.at("/claim/why").asText());
    JsonNode finding = json.at("/schedules/0");
    assertEquals("NOT_SERIAL", finding.at("/verdict").asText());
    assertEquals(1, finding.at("/preemptions").asInt());
    assertTrue(finding.at("/again").asBoolean());
    assertEquals("B", finding.at("/steps/1/program").asText());
    assertEquals("0.0", finding.at("/steps/1/task").asText());
    assertEquals("unlinkat", finding.at("/steps/1/call").asText());
    assertEquals("ENOENT", finding.at("/steps/1/result").asText());
    assertTrue(finding.at("/steps/1/preempts").asBoolean());
    assertTrue(finding.at("/replay").asText().contains("--runs 3 --replay A1B2"), run::out);
    assertEquals(1, json.at("/observations").size());
    assertEquals("one note", json.at("/notes/0").asText());
    assertEquals(0, json.at("/undecided").asInt());
    assertTrue(
        new ObjectMapper()
            .readTree(run(proof(COMPLETE, 0), "--json", "--twice", "tool").out())
            .at("/claim/bound")
            .isNull());
  }

  /** Whoever was killed is so in the replay, too; whoever comes later has a lane. */
  @Test
  void killedAndLater() throws IOException {
    ScheduleFinding stuck =
        new ScheduleFinding(
            ScheduleFinding.Kind.STUCK,
            List.of("C ends with 75"),
            List.of(
                new ScheduleStep(0, "0", "mkdir", "/w/d", "", "", false),
                new ScheduleStep(0, "0", "SIGKILL", "", "", "", false),
                new ScheduleStep(2, "0", "mkdir", "/w/d", "EEXIST", "", false)),
            List.of(),
            List.of(0, 2),
            ScheduleOutcomes.NONE,
            0,
            "A2a1B2",
            true);
    ScheduleProof proof =
        new ScheduleProof(
            List.of("tool x", "tool x", "once more"),
            List.of("/w/d"),
            3,
            4,
            2,
            COMPLETE,
            List.of(stuck),
            List.of(),
            0,
            List.of());
    String text = run(proof, "--crash", "tool").out();
    assertTrue(text.contains("STUCK: what one left behind keeps others"), text);
    assertTrue(text.contains("C  once more"), text);
    assertTrue(text.contains("K13: docs/K13.md"), text);
    assertTrue(text.contains("--crash --replay A2a1B2"), text);
    JsonNode json = new ObjectMapper().readTree(run(proof, "--json", "--crash", "tool").out());
    assertEquals("STUCK", json.at("/schedules/0/verdict").asText());
    assertEquals("L04/stuck", json.at("/schedules/0/hazard").asText());
    assertEquals("SIGKILL", json.at("/schedules/0/steps/1/call").asText());
    assertEquals("C", json.at("/schedules/0/steps/2/program").asText());
  }

  @Test
  void textHasNoControlCharacters() {
    CommandRun run = run(proof(COMPLETE, 0, LOST), "--twice", "tool");
    assertTrue(run.out().contains("NOT_SERIAL"), run::out);
    assertTrue(run.out().indexOf('\u001b') < 0, run::out);
  }
}
