package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people type by mistake: one line says what is wrong with it, and nothing was done. */
class OddInputTest {
  /** In a line of a table: the directory of the test. */
  private static final String HERE = "DIR";

  private static final String EMPTY = "EMPTY";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(dir.resolve("f"), "hi\n");
    Files.createDirectory(dir.resolve("d"));
    Files.createSymbolicLink(dir.resolve("link"), Path.of("f"));
    Files.createSymbolicLink(dir.resolve("nowhere"), Path.of("nosuch"));
    Files.createSymbolicLink(dir.resolve("there"), Path.of("d"));
  }

  private int run(String line) {
    String[] words =
        Arrays.stream(line.split(" ", -1))
            .map(word -> word.equals(EMPTY) ? "" : word.replace(HERE, dir.toString()))
            .toArray(String[]::new);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
  }

  private void assertOneLine(String beginning) {
    assertEquals("", out.toString());
    String told = err.toString().replace(dir.toString(), HERE);
    assertTrue(told.startsWith(beginning), told);
    assertEquals(1, told.lines().count(), told);
  }

  /** An unset variable of a script, between quotes. */
  @ParameterizedTest
  @CsvSource({
    "EMPTY, 'holdfast: '''': no such command'",
    "lab EMPTY, 'holdfast lab: '''': no such scene; there are S01'",
    "explain EMPTY, 'holdfast explain: '''': no such id'",
    "help EMPTY, 'holdfast help: '''': no such command'",
    "locks EMPTY, 'holdfast locks: PATH: '''' is not a path'",
    "locks break EMPTY --token x, 'holdfast locks: PATH: '''' is not a path'",
    "trust EMPTY, 'holdfast trust: PATH: '''' is not a path'",
    "trust --for EMPTY /, 'holdfast trust: --for '''': no such user'",
    "open --as EMPTY DIR/f, 'holdfast open: --as '''': no such user'",
    "write --mode EMPTY DIR/x, 'holdfast write: --mode '''': is not an octal mode'",
    "write --owner EMPTY DIR/x, 'holdfast write: '''': no such user or group'",
    "tree chmod EMPTY DIR/f, 'holdfast tree chmod: '''': is not a mode'",
    "tree chown EMPTY DIR/f, 'holdfast tree chown: '''': no such user or group'",
    "clean EMPTY --older-than 1d, 'holdfast clean: DIR: '''' is not a path'",
    "completion EMPTY, 'holdfast completion: SHELL: '''' is not one of bash, zsh, fish'",
    "lock --kind EMPTY x -- true, 'holdfast lock: --kind: '''' is not one of ofd'",
    "prove --setup EMPTY -- true, 'holdfast prove: --setup: '''' is empty'",
    "prove --check EMPTY -- true, 'holdfast prove: --check: '''' is empty'",
    "prove --client EMPTY -- true, 'holdfast prove: --client: '''' is empty'",
    "prove --until EMPTY -- true, 'holdfast prove: --until: '''' is empty'",
    "prove --rival EMPTY -- true, 'holdfast prove: --rival: '''' is empty'",
    "prove --with EMPTY -- true, 'holdfast prove: --with: '''' is empty'",
    "prove --twice --view EMPTY -- true, 'holdfast prove: --view: '''' is empty'",
    "prove --only EMPTY -- true, 'holdfast prove: --only: '''' is no system call'",
    "prove --replay EMPTY -- true, 'holdfast prove: --replay: '''' is empty'",
  })
  void aWordOfNoLettersIsSeen(String line, String beginning) {
    assertEquals(ExitCode.USAGE, run(line), err::toString);
    assertOneLine(beginning);
  }

  /** Each of a few words, and what may have been meant. */
  @ParameterizedTest
  @CsvSource({
    "--color=blue doctor, 'holdfast: --color: ''blue'' is not one of auto, always, never; see '",
    "--color=alway doctor, 'holdfast: --color: ''alway'' is not one of auto, always, never (did you"
        + " mean ''always''?)'",
    "completion tcsh, 'holdfast completion: SHELL: ''tcsh'' is not one of bash, zsh, fish'",
    "trust --level strickt /, '(did you mean ''strict''?)'",
    "lock --slots x n -- true, 'holdfast lock: --slots: ''x'' is not a whole number; see '",
    "lock --fd x, 'holdfast lock: --fd: ''x'' is not a whole number; see '",
    "lock --kind prot 1 -- true, '(did you mean ''port''?)'",
    "lock --kind zookeper n -- true, '(did you mean ''zookeeper''?)'",
    "prove --only S99 -- true, 'holdfast prove: --only: ''S99'' is no system call and no absolute"
        + " '",
    "prove --only opnat -- true, '(did you mean ''openat''?)'",
    "prove --only srv/in -- true, 'holdfast prove: --only: ''srv/in'' is no system call'",
    "doctor --at x --kind y, 'holdfast doctor: --kind: ''y'' is not one of zookeeper, postgresql'",
    "locks --at x --kind postgres, '(did you mean ''postgresql''?)'",
    "--color, 'holdfast: --color: needs a value: WHEN; see '",
    "lock --timeout, 'holdfast lock: --timeout: needs a value: '",
    "open DIR/f, 'holdfast open: --as: missing; see '",
    "help lock x, 'holdfast help: x: unexpected: ''lock'' has no commands of its own'",
  })
  void aWordThatIsNoneIsBesideThoseThatAre(String line, String part) {
    assertEquals(ExitCode.USAGE, run(line), err::toString);
    assertOneLine(part.startsWith("holdfast") ? part : "holdfast ");
    assertTrue(err.toString().contains(part), err::toString);
  }

  /** What is said of something else is not passed over. */
  @ParameterizedTest
  @CsvSource({
    "doctor --kind zookeeper, 'holdfast doctor: --kind: says nothing without --at'",
    "doctor --kind x, 'holdfast doctor: --kind: says nothing without --at'",
    "doctor --config DIR/f, 'holdfast doctor: --config: says nothing without --at'",
    "locks --kind ofd, 'holdfast locks: --kind: says nothing without --at'",
    "locks --config DIR/f DIR/f, 'holdfast locks: --config: says nothing without --at'",
    "locks --at x DIR/f, 'holdfast locks: --at: lists a whole server'",
    "locks --at x --check, 'holdfast locks: --at: lists a whole server'",
    "lock --shared --kind file DIR/n -- true, 'holdfast lock: --shared: does not go with an ex'",
    "lock --fair --kind nfs DIR/n -- true, 'holdfast lock: --fair: does not go with an NFS-safe'",
    "lock --shared --kind port 9 -- true, 'holdfast lock: --shared: does not go with a'",
    "lock --kind port x -- true, 'holdfast lock: x: is not a port: give one from 1 to 65535'",
    "lock --kind port 70000 -- true, 'holdfast lock: 70000: is not a port: give one from 1 to 65'",
  })
  void whatDoesNotGoTogetherIsSaid(String line, String beginning) {
    assertEquals(ExitCode.USAGE, run(line), err::toString);
    assertOneLine(beginning);
  }

  /** A slash says that a directory is meant. */
  @ParameterizedTest
  @ValueSource(strings = {"trust DIR/f/", "trust DIR/link/", "locks DIR/f/", "locks DIR/link/"})
  void aFileIsNoDirectory(String line) {
    assertEquals(ExitCode.UNDECIDED, run(line), err::toString);
    String command = line.substring(0, line.indexOf(' '));
    assertOneLine("holdfast " + line.replaceFirst(" ", ": ") + ": not a directory (ENOTDIR)");
    // The control.
    for (String name : List.of("/d/", "/there/", "/f")) {
      err.getBuffer().setLength(0);
      run(command + " DIR" + name);
      assertEquals("", err.toString());
    }
  }

  /** The name is shown as it is, on one line; and what is the matter with it is what is told. */
  @Test
  void namesAreShownAsTheyAre() {
    String[] commands = {"locks", "clean --older-than 1d", "tree rm", "open --as root"};
    String longest = "x".repeat(300);
    for (String command : commands) {
      for (String name : List.of("a\nb", "\u001b[31m", "\u202e")) {
        err.getBuffer().setLength(0);
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.add(dir.resolve(name).toString());
        int exit =
            Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                words.toArray(String[]::new));
        assertEquals(ExitCode.UNDECIDED, exit, command);
        String shown =
            name.replace("\n", "\\x0a").replace("\u001b", "\\x1b").replace("\u202e", "\\u202e");
        assertTrue(
            err.toString().contains("/" + shown + ": no such file or directory (ENOENT)"),
            err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
      }
      err.getBuffer().setLength(0);
      int exit = run(command + " DIR/" + longest);
      assertEquals(command.equals("tree rm") ? ExitCode.NO : ExitCode.UNDECIDED, exit, command);
      assertTrue(err.toString().contains("File name too long"), err::toString);
      assertTrue(err.toString().contains("(ENAMETOOLONG)"), err::toString);
    }
  }

  /** Before the work, which may take an hour. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "prove --html DIR/link -- true",
        "prove --sarif DIR/nowhere -- true",
        "prove --junit DIR/link -- true",
        "prove --html DIR/there -- true",
        "lab S05 --html DIR/link",
      })
  void aResultIsNotWrittenThroughALink(String line) throws IOException {
    assertEquals(ExitCode.USAGE, run(line), err::toString);
    assertEquals("", out.toString());
    assertTrue(
        err.toString().contains("is a symbolic link, which is not followed [S05]")
            || err.toString().contains("is a directory (EISDIR)"),
        err::toString);
    assertEquals("hi\n", Files.readString(dir.resolve("link")));
    assertFalse(Files.exists(dir.resolve("nosuch")));
  }

  /** Help of something else is no help. */
  @ParameterizedTest
  @CsvSource({
    "lcok --help, 'holdfast: lcok: no such command (did you mean ''lock''?)'",
    "--help nosuch, 'holdfast: nosuch: no such command'",
    "tree mv --help, 'holdfast tree: mv: no such command'",
  })
  void helpOfWhatIsNotThereIsRefused(String line, String beginning) {
    assertEquals(ExitCode.USAGE, run(line), out::toString);
    assertOneLine(beginning);
    // The control.
    out.getBuffer().setLength(0);
    assertEquals(ExitCode.OK, run("lock --nosuch --help"));
    assertTrue(out.toString().startsWith("usage: holdfast lock"), out::toString);
  }

  /** A pager that is left early is nothing to complain of; a disk that is full is. */
  @ParameterizedTest
  @ValueSource(strings = {"lab --list", "help prove", "completion", "lab --list --json"})
  void whoStopsReadingIsToldNothing(String line) throws Exception {
    // The reader is gone as soon as there is a writer.
    String reader = "mkfifo '%s/p'; (exec < '%s/p') & ".formatted(dir, dir);
    String writer = "{ exec > '%s/p'; wait; \"$@\"; echo $? > '%s/told'; }".formatted(dir, dir);
    List<String> command = new ArrayList<>(List.of("sh", "-c", reader + writer, "sh"));
    command.addAll(CommandRun.process(line.split(" ", -1)));
    Commands.Result result = Commands.tried(command.toArray(String[]::new));
    assertEquals("", result.output());
    assertEquals(ExitCode.NOBODY_READS + "\n", Files.readString(dir.resolve("told")));
  }

  /** Told once, and only by one. */
  @Test
  void aNameThatCouldNotBePrintedIsToldOnce() throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\" > /dev/full", "sh"));
    command.addAll(CommandRun.process("temp", "--in", dir.resolve("d").toString()));
    Commands.Result result = Commands.tried(command.toArray(String[]::new));
    assertEquals("holdfast: standard output: could not be written\n", result.output());
    assertEquals(ExitCode.UNDECIDED, result.exit());
    try (var left = Files.list(dir.resolve("d"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** The text is there: it must be found again. */
  @Test
  void whereATextWasSavedIsToldInAnyCase() throws Exception {
    Path file = dir.resolve("text");
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "echo text | \"$@\" > /dev/full", "sh"));
    command.addAll(CommandRun.process("save", file.toString()));
    Commands.Result result = Commands.tried(command.toArray(String[]::new));
    assertEquals(
        "holdfast save: it is " + file + "\nholdfast: standard output: could not be written\n",
        result.output());
    assertEquals(ExitCode.UNDECIDED, result.exit());
    assertEquals("text\n", Files.readString(file));
  }
}
