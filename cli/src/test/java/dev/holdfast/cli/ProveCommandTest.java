package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cli.child.UserNamespace;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.prove.ProveCommand;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProveCommandTest {
  private FakeEngine engine = new FakeEngine(Proofs.of(Proofs.race("r1", "/srv/arena/f")));

  private CommandRun run(String... args) {
    return CommandRun.of("prove", new ProveCommand(engine), args);
  }

  private Case asked(String... args) {
    CommandRun run = run(args);
    assertTrue(run.err().isEmpty() || run.err().contains(": note: "), run::err);
    return engine.asked();
  }

  @Test
  void everyOptionReachesTheCase() {
    Case what =
        asked(
            "--setup=a b",
            "--setup",
            "c",
            "--fresh",
            "/f1",
            "--fresh=/f2",
            "--arena",
            "/a",
            "--as",
            "daemon",
            "--attacker=1000",
            "--intruder",
            "kill",
            "--intruder=copy",
            "--intruder=rival",
            "--rival",
            "sweep",
            "--check",
            "true",
            "--check=false",
            "--max-trials",
            "7",
            "--timeout",
            "500ms",
            "--jobs=3",
            "--",
            "prog",
            "--json",
            "-x",
            "--",
            "@y");
    assertEquals(List.of("prog", "--json", "-x", "--", "@y"), what.argv());
    assertEquals(List.of("a b", "c"), what.setup());
    assertEquals(List.of(Path.of("/f1"), Path.of("/f2")), what.fresh());
    assertEquals(List.of(Path.of("/a")), what.arena());
    assertEquals("daemon", what.user());
    assertEquals("1000", what.attacker());
    assertEquals(Set.of(Intruder.KILL, Intruder.COPY, Intruder.RIVAL), what.intruders());
    assertEquals(List.of("sweep"), what.rivals());
    assertEquals(List.of("true", "false"), what.checks());
    assertEquals(7, what.maxTrials());
    assertEquals(Duration.ofMillis(500), what.timeout());
    assertEquals(3, what.jobs());
  }

  @Test
  void whatFollowsTheProgramIsTheProgramsOwn() {
    assertEquals(List.of("cp", "-r", "a"), asked("cp", "-r", "a").argv());
    assertEquals(
        List.of("env", "--", "--check", "x"),
        asked("--jobs=1", "env", "--", "--check", "x").argv());
    assertEquals(List.of("--odd"), asked("--", "--odd").argv());
    assertEquals(List.of("sh", "-c", "", "prove"), asked("sh", "-c", "", "prove").argv());
  }

  @Test
  void withoutOptionsTheUsualSettingsHold() {
    Case what = asked("true");
    assertEquals("nobody", what.attacker());
    assertEquals(Set.of(Intruder.ATTACKER), what.intruders());
    assertEquals(Duration.ofSeconds(10), what.timeout());
    assertEquals(0, what.maxTrials());
    assertFalse(what.environment().containsKey(UserNamespace.MARK));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --timeout=10        | --timeout: '10' is not a duration such as 500ms, 10s or 2m
          --timeout=0s        | --timeout: '0s' leaves no time
          --expect-exit=256   | --expect-exit: '256' is not an exit status from 0 to 255
          --jobs=0            | --jobs: '0' is not a number from 1 to 999999999
          --max-trials=-1     | --max-trials: '-1' is not a number from 1 to 999999999
          --intruder=burglar  | --intruder: 'burglar' is not one of attacker, copy, rival, kill
          --no-such           | --no-such: unknown option
          """)
  void wrongUseIsOneLine(String option, String line) {
    run(option, "true")
        .assertRefused(ExitCode.USAGE, "holdfast prove: " + line + "; see 'holdfast prove --help'");
    assertEquals(null, engine.asked);
  }

  @Test
  void aProgramIsNeeded() {
    run()
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: CMD: missing: name the program to prove, or a file with --case");
    run("").assertRefused(ExitCode.USAGE, "holdfast prove: CMD: is empty");
    run("--list-windows", "--replay=x", "true")
        .assertRefused(
            ExitCode.USAGE, "holdfast prove: --replay: cannot be combined with --list-windows");
  }

  static Stream<Arguments> exits() {
    return Stream.of(
        Arguments.of(ExitCode.OK, Proofs.of()),
        Arguments.of(ExitCode.OK, Proofs.of(Proofs.with("s", Verdict.SURVIVED))),
        Arguments.of(ExitCode.OK, Proofs.of(Proofs.with("r", Verdict.REACHED))),
        Arguments.of(ExitCode.UNDECIDED, Proofs.of(Proofs.with("d", Verdict.DIVERGED))),
        Arguments.of(ExitCode.UNDECIDED, Proofs.of(Proofs.with("t", Verdict.TIMEOUT))),
        Arguments.of(ExitCode.UNDECIDED, Proofs.of(Proofs.with("a", Verdict.ATTACK_FAILED))),
        Arguments.of(ExitCode.UNDECIDED, Proofs.cutShort()),
        Arguments.of(ExitCode.NO, Proofs.of(Proofs.plainFollow("p"))),
        Arguments.of(
            ExitCode.NO, Proofs.of(Proofs.with("t", Verdict.TIMEOUT), Proofs.race("r", "/f"))));
  }

  @ParameterizedTest
  @MethodSource("exits")
  void theExitStatusIsTheAnswer(int expected, Proof proof) {
    engine = new FakeEngine(proof);
    assertEquals(expected, run("--", "true").exit());
    assertEquals(expected, run("--json", "--", "true").exit());
    assertEquals(expected, run("--replay=x", "--", "true").exit());
    assertEquals("x", engine.replayed);
    assertEquals(ExitCode.OK, run("--list-windows", "--", "true").exit());
    assertTrue(engine.listed);
  }

  @Test
  void theReasonSurvivesQuietAndIsInTheReport(@TempDir Path directory) throws IOException {
    engine = new FakeEngine(Proofs.of(Proofs.with("s", Verdict.SURVIVED)));
    Path sarif = directory.resolve("r.sarif");
    String successful = "/runs/0/invocations/0/executionSuccessful";
    assertEquals(ExitCode.OK, run("--quiet", "--sarif=" + sarif, "true").exit());
    assertTrue(new ObjectMapper().readTree(sarif.toFile()).at(successful).booleanValue());
    CommandRun run = run("--quiet", "--expect-exit=7", "--sarif=" + sarif, "true");
    assertEquals(ExitCode.UNDECIDED, run.exit());
    assertTrue(run.err().contains("not decided: undisturbed, the program ended with 0"), run::err);
    assertFalse(new ObjectMapper().readTree(sarif.toFile()).at(successful).booleanValue());
  }

  @Test
  void whatCannotBeRunIsUndecided() {
    engine.refusal = "no-such: no such program (ENOENT)";
    run("no-such")
        .assertRefused(ExitCode.UNDECIDED, "holdfast prove: no-such: no such program (ENOENT)");
  }

  @Test
  void whatCannotBeDecidedHereIsUndecided() {
    engine.whyNot = "not on this architecture yet";
    assumeTrue(
        Identity.geteuid() == 0,
        "whoever is not root is told what the kernel forbids, or works in a user namespace");
    run("true")
        .assertRefused(
            ExitCode.UNDECIDED,
            "holdfast prove: no world can be made here: not on this architecture yet");
  }

  @Test
  void notesAreMessages() {
    assertEquals("holdfast prove: note: no leak oracle here\n", run("true").err());
    assertEquals("", run("--quiet", "true").err());
    assertTrue(run("--json", "true").out().contains("leak oracle"));
  }

  @Test
  void theReplayLineIsWhatWasTyped() {
    String out = run("--arena=/a", "--setup", "echo 'x'", "--timeout=90s", "cp", "a b").out();
    assertTrue(
        out.contains(
            "prove --setup 'echo '\\''x'\\''' --arena /a --timeout 90s --replay r1 -- cp 'a b'\n"),
        out);
  }

  @Test
  void jsonIsJsonAndNothingElse() throws IOException {
    JsonNode json = new ObjectMapper().readTree(run("--json", "true").out());
    assertEquals("r1", json.path("windows").get(0).path("id").textValue());
  }

  @Test
  void reportsAreWrittenWhole(@TempDir Path directory) throws IOException {
    Path sarif = directory.resolve("r.sarif");
    Path html = directory.resolve("r.html");
    Files.writeString(html, "old");
    CommandRun run = run("--sarif=" + sarif, "--html", html.toString(), "true");
    assertEquals(ExitCode.NO, run.exit());
    assertEquals(
        "S01",
        new ObjectMapper().readTree(sarif.toFile()).at("/runs/0/results/0/ruleId").textValue());
    assertTrue(Files.readString(html).endsWith("</html>\n"));
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(2, left.count());
    }
  }

  @Test
  void aReportWithoutADirectoryIsRefusedBeforeAnythingRuns(@TempDir Path directory) {
    Path file = directory.resolve("none/r.html");
    run("--html=" + file, "true")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --html: "
                + file
                + ": the directory "
                + file.getParent()
                + " does not exist (ENOENT)");
    run("--sarif=" + directory, "true")
        .assertRefused(
            ExitCode.USAGE, "holdfast prove: --sarif: " + directory + ": is a directory (EISDIR)");
    assertEquals(null, engine.asked);
  }

  @Test
  void aDeviceIsWrittenToAndStays(@TempDir Path directory) throws Exception {
    // Not the host's own, which would be gone if this failed.
    Path device = directory.resolve("null");
    assumeTrue(Identity.geteuid() == 0, "needs root: makes a device file");
    assumeTrue(
        new ProcessBuilder("mknod", device.toString(), "c", "1", "3").start().waitFor() == 0,
        "no device files can be made here");
    assumeTrue(
        new ProcessBuilder("sh", "-c", ": > \"$0\"", device.toString()).start().waitFor() == 0,
        "devices do not work here");
    assertEquals(ExitCode.NO, run("--html=" + device, "true").exit());
    assertFalse(Files.isRegularFile(device));
    assertTrue(Files.exists(device));
  }

  @Test
  void aListHasNoReport(@TempDir Path directory) {
    run("--list-windows", "--html=" + directory.resolve("x"), "true")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --html: there are no findings to write with --list-windows");
  }
}
