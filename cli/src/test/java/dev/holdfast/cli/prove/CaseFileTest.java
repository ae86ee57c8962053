package dev.holdfast.cli.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.CommandRun;
import dev.holdfast.cli.FakeEngine;
import dev.holdfast.cli.Proofs;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseFileTest {
  private final Path directory;
  private final FakeEngine engine = new FakeEngine(Proofs.of());

  CaseFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private CommandRun run(String toml, String... args) throws IOException {
    Path file = Files.writeString(directory.resolve("case.toml"), toml);
    String[] all = new String[args.length + 1];
    all[0] = "--case=" + file;
    System.arraycopy(args, 0, all, 1, args.length);
    return CommandRun.of("prove", new ProveCommand(engine), all);
  }

  private static final String WHOLE =
      """
      # every key
      command = ["cp", "-r", "a", "b"]
      setup = ["mkdir a", "touch a/f"]
      fresh = "/fresh"
      arena = ["/one", "/two"]
      as = "daemon"
      attacker = 1000
      intruder = ["attacker", "kill"]
      rival = "sweep"
      check = "test -e b"
      max-trials = 9
      all = true
      timeout = "2m"
      jobs = 2
      """;

  @Test
  void everyKeyReachesTheCase() throws IOException {
    assertEquals(ExitCode.OK, run(WHOLE, "--quiet").exit());
    Case what = engine.asked();
    assertEquals(List.of("cp", "-r", "a", "b"), what.argv());
    assertEquals(List.of("mkdir a", "touch a/f"), what.setup());
    assertEquals(List.of(Path.of("/fresh")), what.fresh());
    assertEquals(List.of(Path.of("/one"), Path.of("/two")), what.arena());
    assertEquals("daemon", what.user());
    assertEquals("1000", what.attacker());
    assertEquals(Set.of(Intruder.ATTACKER, Intruder.KILL), what.intruders());
    assertEquals(List.of("sweep"), what.rivals());
    assertEquals(List.of("test -e b"), what.checks());
    assertEquals(9, what.maxTrials());
    assertTrue(what.all());
    assertEquals(Duration.ofMinutes(2), what.timeout());
    assertEquals(2, what.jobs());
  }

  @Test
  void theCommandLineWins() throws IOException {
    assertEquals(ExitCode.OK, run(WHOLE, "--quiet", "--jobs=5", "--arena=/x", "true").exit());
    assertEquals(5, engine.asked().jobs());
    assertEquals(List.of(Path.of("/x")), engine.asked().arena());
    assertEquals(List.of("true"), engine.asked().argv());
    assertEquals("daemon", engine.asked().user());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          command = ["a"]\\n\\nuser = "x"             | 3 | user: no such key; there are all, arena, as, assume-guards, attacker, bound, budget, check, client, command, crash, deep, exclude, expect, expect-exit, fresh, ignore, inside, intruder, jobs, max-trials, only, rival, runs, seed, setup, timeout, timeouts, tmp, twice, under, until, view, volume, with
          command = "cp -r a b"                       | 1 | command: must be an array of the program and its arguments
          command = []                                | 1 | command: must be an array of the program and its arguments
          command = ["a"]\\n# jobs = 3\\njobs = "3"   | 3 | jobs: must be a number from 1
          command = ["a"]\\nexpect-exit = 256       | 2 | expect-exit: must be an exit status from 0 to 255
          command = ["a"]\\nassume-guards = 1       | 2 | assume-guards: must be true or false
          command = ["a"]\\ntimeout = 5               | 2 | timeout: must be a string such as "500ms", "10s" or "2m"
          command = ["a"]\\n timeout = "5"            | 2 | timeout: '5' is not a duration such as 500ms, 10s or 2m
          command = ["a"]\\n"intruder" = "thief"      | 2 | intruder: 'thief' is not one of attacker, copy, rival, kill
          command = ["a"]\\nfresh = [1]               | 2 | fresh: must be a string or an array of strings
          command = ["a"]\\n[setup]\\na = 1           | 2 | setup: must be a string or an array of strings
          """)
  void nonsenseIsRefusedWithItsLine(String toml, int line, String why) throws IOException {
    run(toml.replace("\\n", "\n"))
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: " + directory.resolve("case.toml") + ":" + line + ": " + why);
  }

  @ParameterizedTest
  @CsvSource({"'command = [\"a\"]\njobs = = 2', 2", "'command = [\"a\"', 1", "'a = 1\na = 2', 2"})
  void whatIsNoTomlIsRefusedWithItsLine(String toml, int line) throws IOException {
    CommandRun run = run(toml);
    assertEquals(ExitCode.USAGE, run.exit());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    String beginning = "holdfast prove: " + directory.resolve("case.toml") + ":" + line + ": ";
    assertTrue(run.err().startsWith(beginning), run.err());
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    CommandRun.of("prove", new ProveCommand(engine), "--case=/no/such/case")
        .assertRefused(
            ExitCode.USAGE, "holdfast prove: /no/such/case: no such file or directory (ENOENT)");
    CommandRun.of("prove", new ProveCommand(engine), "--case=/dev/zero")
        .assertRefused(ExitCode.USAGE, "holdfast prove: /dev/zero: is not a regular file");
  }

  /** It is judged and read by one descriptor; a FIFO is not waited for. */
  @Test
  void whatIsNoCaseFileIsRefusedAtOnce() throws Exception {
    Path fifo = directory.resolve("fifo");
    Commands.run("mkfifo", fifo.toString());
    Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
    Path text = Files.write(directory.resolve("latin"), new byte[] {'#', (byte) 0xe4});
    for (String[] each :
        new String[][] {
          {fifo.toString(), "is not a regular file"},
          {directory.toString(), "is not a regular file"},
          {large.toString(), "is too long for a case"},
          {text.toString(), "is not UTF-8 text"}
        }) {
      CommandRun.of("prove", new ProveCommand(engine), "--case=" + each[0])
          .assertRefused(ExitCode.USAGE, "holdfast prove: " + each[0] + ": " + each[1]);
    }
    // The control: a link to a file that is one.
    Files.writeString(directory.resolve("real.toml"), "command = ['a']\nfresh = [1]\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("real.toml"));
    CommandRun.of("prove", new ProveCommand(engine), "--case=" + link)
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: " + link + ":2: fresh: must be a string or an array of strings");
  }
}
