package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.lock.LockCommand;
import dev.holdfast.cli.prove.ProveCommand;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.locks.Kinds;
import dev.holdfast.prove.Prover;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What goes wrong in the first hour of whoever has just got the command, for real. */
class FirstHoursTest {
  private final Path directory;

  FirstHoursTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static void worlds() {
    Requirements.root("the attacker is another user than the victim");
    Requirements.nothingAgainst(Prover.whyNot());
  }

  private CommandRun prove(String... args) {
    return CommandRun.of("prove", new ProveCommand(), args);
  }

  private Path script(String name, String text) throws IOException {
    Path script = Files.writeString(directory.resolve(name), text);
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }

  private static final String RACED = "echo x > /srv/in/f\n";

  // --- a gate that is green although the program never ran
  // -------------------------------------------

  /** The lines behind the first, which could be exploited, never run. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "set -e\nfalse\n",
        "set -e\nadduser --system --nosuch x\n",
        "exit 7\n",
        "kill -9 $$\n",
        "set -u\n: $nosuch\n",
        "cd /nosuch || exit\n",
        "exec /nosuch\n",
        "exec /etc/passwd\n",
      })
  void aScriptThatDoesNotComeToItsWorkIsNotCalledGood(String first) throws IOException {
    worlds();
    Path postinst = script("postinst", "#!/bin/sh\n" + first + RACED);
    Path sarif = directory.resolve("r.sarif");
    CommandRun run =
        prove("--quiet", "--arena=/srv/in", "--sarif=" + sarif, "--", postinst.toString());
    assertEquals(ExitCode.UNDECIDED, run.exit(), run::out);
    assertTrue(run.err().contains("not decided: undisturbed, the program ended with "), run::err);
    JsonNode log = new ObjectMapper().readTree(sarif.toFile());
    assertFalse(log.at("/runs/0/invocations/0/executionSuccessful").booleanValue());
  }

  /** The control of the above, at the line of the script that is to be mended. */
  @Test
  void oneThatDoesIsBrokenAtItsLine() throws IOException {
    worlds();
    Path postinst = script("postinst", "#!/bin/sh\n# writes\nset -e\ntrue\n\n" + RACED);
    Path sarif = directory.resolve("r.sarif");
    CommandRun run = prove("--arena=/srv/in", "--sarif=" + sarif, "--", postinst.toString());
    assertEquals(ExitCode.NO, run.exit(), run::err);
    JsonNode place =
        new ObjectMapper()
            .readTree(sarif.toFile())
            .at("/runs/0/results/0/locations/0/physicalLocation");
    assertTrue(place.at("/artifactLocation/uri").textValue().endsWith("/postinst"));
    assertEquals(6, place.at("/region/startLine").intValue(), place::toString);
    assertTrue(run.out().contains("  at        " + postinst + ":6\n"), run::out);
  }

  /** What cannot be run at all. */
  @ParameterizedTest
  @CsvSource({
    "/no/such/program",
    "no-such-program",
    "/etc",
    "/etc/hostname",
    "/etc/passwd",
    "SCRIPT",
    "EMPTY",
    "LINK",
    "PLAIN"
  })
  void aVictimThatCannotRunIsNotCalledGood(String victim) throws IOException {
    worlds();
    Path file =
        switch (victim) {
          case "SCRIPT" -> script("script", "#!/no/such/interpreter\n");
          case "EMPTY" -> Files.createFile(directory.resolve("empty"));
          case "LINK" -> Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
          case "PLAIN" -> Files.writeString(directory.resolve("plain"), "#!/bin/sh\ntrue\n");
          default -> Path.of(victim);
        };
    CommandRun run = prove("--quiet", "--arena=/srv/in", "--", file.toString());
    assertEquals(ExitCode.UNDECIDED, run.exit(), () -> run.out() + run.err());
    assertFalse(run.err().isEmpty());
    // The control.
    assertEquals(ExitCode.OK, prove("--quiet", "--arena=/srv/in", "--", "/bin/true").exit());
  }

  @ParameterizedTest
  @CsvSource({
    "false, 'the set-up ''false'' exits 1, and printed nothing'",
    "'echo no; exit 4', 'the set-up ''echo no; exit 4'' exits 4: no'",
    "no-such-command, 'the set-up ''no-such-command'' exits 127: '",
  })
  void aSetUpThatFailsIsNamed(String setup, String why) {
    worlds();
    CommandRun run = prove("--setup", setup, "--", "/bin/true");
    assertEquals(ExitCode.UNDECIDED, run.exit());
    assertTrue(run.err().startsWith("holdfast prove: " + why), run::err);
  }

  /** A slip in what is asked for is no gate that is green. */
  @ParameterizedTest
  @CsvSource({
    "--only=S09, 3",
    "--only=/srv/other, 3",
    "--under=/srv/other, 3",
    // The controls.
    "--under=/srv/in, 1",
    "--only=openat, 1",
    "--exclude=/srv/in, 0",
  })
  void whatIsAskedForAndNotThereIsNoAnswer(String option, int exit) throws IOException {
    worlds();
    Path script = script("script", "#!/bin/sh\n" + RACED);
    CommandRun run = prove("--quiet", "--arena=/srv/in", option, "--", script.toString());
    assertEquals(exit, run.exit(), run::out);
    assertEquals(
        exit == ExitCode.UNDECIDED,
        run.err().contains("no window is of what was asked for (--only, --under)"),
        run::err);
    assertFalse(run.out().contains("There is no moment") && exit != ExitCode.OK, run::out);
  }

  // --- ids that change although nothing was done to the finding
  // --------------------------------------

  private List<String> fingerprints(String text) throws IOException {
    Path postinst = script("postinst", text);
    CommandRun run = prove("--quiet", "--json", "--arena=/srv/in", "--", postinst.toString());
    List<String> all = new ArrayList<>();
    for (JsonNode window : new ObjectMapper().readTree(run.out()).path("windows")) {
      if (window.path("verdict").textValue().equals("EXPLOITED")) {
        all.add(window.path("fingerprint").textValue());
      }
    }
    return all.stream().sorted().toList();
  }

  @Test
  void aHarmlessLineChangesNoFingerprint() throws IOException {
    worlds();
    String work = "touch /srv/in/f\nchmod 640 /srv/in/f\n";
    List<String> before = fingerprints("#!/bin/sh\n" + work);
    assertTrue(before.size() >= 2, before::toString);
    assertEquals(before, fingerprints("#!/bin/sh\n/bin/true\n" + work));
    assertEquals(before, fingerprints("#!/bin/sh\n/bin/ls / > /dev/null\n\n" + work + "exit 0\n"));
    // The control: other work is another finding.
    List<String> other = fingerprints("#!/bin/sh\ntouch /srv/in/g\nchmod 640 /srv/in/g\n");
    assertTrue(other.stream().noneMatch(before::contains), other::toString);
  }

  // --- what is left behind
  // -----------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "2, 130, 0",
    "15, 143, 0",
    "1, 129, 0",
    "15, 143, 30",
    "2, 130, 150",
    "1, 129, 500",
    "15, 143, 900"
  })
  void aLabThatIsInterruptedLeavesNothing(int signal, int status, int later) throws Exception {
    worlds();
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    List<String> command =
        ChildJvm.commandWith(List.of("-Djava.io.tmpdir=" + temporary), Main.class, "lab", "S05");
    Process lab =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      boolean there = false;
      while (!there && lab.isAlive()) {
        Thread.sleep(1);
        there = !left(temporary).isEmpty();
      }
      assertTrue(there, "it had a directory of its own");
      // In the midst of one thing or another: which does not matter.
      Thread.sleep(later);
      Processes.kill(Math.toIntExact(lab.pid()), signal);
      int ended = lab.waitFor();
      assertTrue(ended == status || (later > 0 && ended == ExitCode.OK), () -> "ended " + ended);
      assertEquals(List.of(), left(temporary));
    } finally {
      Commands.end(lab);
    }
  }

  private static List<Path> left(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  // --- results that do not arrive
  // ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--version",
        "--help",
        "doctor --json",
        "doctor",
        "lab --list",
        "lab --list --json",
        "explain S05",
        "completion bash",
        "unlinked --json",
        "locks",
        "help lock"
      })
  void whatCouldNotBeWrittenIsTold(String line) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\" > /dev/full", "sh"));
    command.addAll(CommandRun.process(line.split(" ", -1)));
    Commands.Result result = Commands.tried(command.toArray(String[]::new));
    assertTrue(
        result.output().contains("holdfast: standard output: could not be written"),
        result::output);
    assertTrue(
        result.exit() == ExitCode.UNDECIDED || result.exit() == ExitCode.NO,
        () -> "exit " + result.exit());
  }

  // --- sentences
  // ------------------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "file, an exclusive lock file",
    "nfs, an NFS-safe lock file",
    "ofd, an open-file-description lock",
    "posix, a POSIX record lock",
    "flock, a BSD flock",
    "pid, a PID file",
  })
  void aKindHasItsArticle(String kind, String sentence) {
    assertEquals(sentence, Kinds.of(kind).orElseThrow().titleWithArticle());
  }

  /** A number that no process has: what a daemon of old leaves, and what to do about it. */
  @Test
  void aPidFileOfTheDeadSaysWhatToDo() throws IOException {
    Path file = Files.writeString(directory.resolve("d.pid"), "999999999\n");
    CommandRun busy =
        CommandRun.of("lock", new LockCommand(), "--kind=pid", "-n", file.toString(), "--", "true");
    assertEquals(ExitCode.BUSY, busy.exit(), busy::err);
    assertTrue(busy.err().contains("no such process is here"), busy::err);
    assertTrue(busy.err().contains("remove the file"), busy::err);
    // The control: a process that is there.
    Files.writeString(file, ProcessHandle.current().pid() + "\n");
    CommandRun alive =
        CommandRun.of("lock", new LockCommand(), "--kind=pid", "-n", file.toString(), "--", "true");
    assertEquals(ExitCode.BUSY, alive.exit(), alive::err);
    assertFalse(alive.err().contains("remove the file"), alive::err);
  }

  // --- what is printed to be typed
  // ------------------------------------------------------------------------------

  /** Help wraps prose, and must not wrap what people copy. */
  @Test
  void everyLineOfAnExampleStandsAsItWasWritten() {
    CommandLine all = Usage.asPrinted(dev.holdfast.cli.Commands.commandLineFor());
    List<String> examples = new ArrayList<>();
    check(all, examples);
    assertTrue(examples.size() > 50, "examples were found: " + examples.size());
  }

  private static void check(CommandLine command, List<String> examples) {
    String help = command.getUsageMessage();
    for (String line : command.getCommandSpec().usageMessage().footer()) {
      String printed = String.format(line);
      assertTrue(
          Arrays.asList(help.split("\n", -1)).contains(printed),
          () -> command.getCommandName() + ": " + printed + "\n" + help);
      if (line.contains("holdfast ")) {
        examples.add(line);
      }
    }
    command.getSubcommands().values().forEach(each -> check(each, examples));
  }
}
