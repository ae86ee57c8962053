package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void versionGoesToStandardOutput() {
    assertEquals(ExitCode.OK, run("--version"));
    assertTrue(out.toString().matches("holdfast \\d+\\.\\d+\\.\\d+\\S*\\R"), out::toString);
    assertEquals("", err.toString());
  }

  @Test
  void helpListsEveryCommand() {
    assertEquals(ExitCode.OK, run("--help"));
    for (String name : Commands.names()) {
      assertTrue(out.toString().contains("  " + name + " "), name);
    }
    assertEquals("", err.toString());
  }

  @Test
  void everyCommandHasHelp() {
    for (String name : Commands.names()) {
      out.getBuffer().setLength(0);
      assertEquals(ExitCode.OK, run(name, "--help"), name);
      assertTrue(out.toString().startsWith("usage: holdfast " + name + " "), out::toString);
      assertTrue(out.toString().lines().count() > 3, out::toString);
    }
    assertEquals("", err.toString());
  }

  @Test
  void noCommandIsWrongUse() {
    assertEquals(ExitCode.USAGE, run());
    assertEquals("", out.toString());
    assertTrue(err.toString().startsWith("usage: holdfast"), err::toString);
  }

  @Test
  void helpOfACommandIsItsHelp() {
    for (String name : Commands.names()) {
      out.getBuffer().setLength(0);
      assertEquals(ExitCode.OK, run(name, "--help"));
      String help = out.toString();
      out.getBuffer().setLength(0);
      assertEquals(ExitCode.OK, run("help", name));
      assertEquals(help, out.toString());
    }
    out.getBuffer().setLength(0);
    assertEquals(ExitCode.OK, run("help", "tree", "rm"));
    assertTrue(out.toString().startsWith("usage: holdfast tree rm "), out::toString);
  }

  @Test
  void helpFitsATerminalAndBreaksNoExample() {
    List<List<String>> lines = new ArrayList<>();
    Commands.names().forEach(name -> lines.add(List.of("help", name)));
    for (String name : List.of("rm", "cp", "chown", "chmod")) {
      lines.add(List.of("help", "tree", name));
    }
    for (List<String> line : lines) {
      out.getBuffer().setLength(0);
      assertEquals(ExitCode.OK, run(line.toArray(String[]::new)));
      out.toString().lines().forEach(each -> assertTrue(each.length() <= 80, each));
    }
    assertTrue(
        out.toString().contains("    holdfast tree chmod "), "an example stands on one line");
  }

  @ParameterizedTest
  @CsvSource({"temp", "lock x -- true", "write x", "save x", "open --as root /etc/passwd", "help"})
  void whatHasNoJsonSaysSo(String line) {
    assertEquals(ExitCode.USAGE, run(("--json " + line).split(" ", -1)));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("--json: there is no JSON of this"), err::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "prov, 'holdfast: prov: no such command (did you mean ''prove''?)'",
    "help prov, 'holdfast help: prov: no such command (did you mean ''prove''?)'",
    "tree mv, 'holdfast tree: mv: no such command; see '",
    "prove --setpu=x, 'holdfast prove: --setpu=x: unknown option (did you mean ''--setup''?)'",
    "lab S0l, 'holdfast lab: S0l: no such scene (did you mean ''S01''?)'",
    "lock --kind odf x -- true, 'holdfast lock: --kind: ''odf'' is not one of '",
    "write ., 'holdfast write: .: is a directory (EISDIR)'",
    "write a/.., 'holdfast write: a/..: is a directory (EISDIR)'",
    "save ., 'holdfast save: .: is a directory (EISDIR)'",
  })
  void aSlipIsOneLineWithAWayOut(String line, String beginning) {
    assertEquals(ExitCode.USAGE, run(line.split(" ", -1)));
    assertEquals("", out.toString());
    assertTrue(err.toString().startsWith(beginning), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void locksOfNoFileAreNotAnEmptyList(@TempDir Path directory) {
    Path missing = directory.resolve("nosuch");
    assertEquals(ExitCode.UNDECIDED, run("locks", missing.toString()));
    assertEquals(
        "holdfast locks: " + missing + ": no such file or directory (ENOENT)\n", err.toString());
  }

  @Test
  void aNoThatCouldNotBeWrittenIsTold(@TempDir Path directory) throws IOException {
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(
        open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    String trust = "\"$@\" > /dev/full; echo $?";
    assertEquals(
        "holdfast: standard output: could not be written\n1\n",
        shell(directory, trust, "trust", open.resolve("x").toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "--no-such-option, 'holdfast: --no-such-option: unknown option'",
    "no-such-command, 'holdfast: no-such-command: no such command'",
    "--color=blue, 'holdfast: --color: ''blue'' is not one of auto, always, never'",
  })
  void wrongUseIsOneLine(String argument, String beginning) {
    assertEquals(ExitCode.USAGE, run(argument));
    assertEquals("", out.toString());
    assertTrue(err.toString().startsWith(beginning), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  /** In a process of its own, started by a shell line that ends with {@code "$@"}. */
  private static String shell(Path directory, String line, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
    command.addAll(CommandRun.process(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** A program's arguments are its own, whatever bytes they are; so may be its name. */
  @Test
  void whatJavaCannotDecodeComesToTheProgram(@TempDir Path directory) throws IOException {
    String bytes = "sh -c 'printf %s \"$1\" | od -A n -t x1' sh \"$(printf 'a\\377')\" a\uFFFD";
    assertEquals(" 61 ff\n", shell(directory, "\"$@\" " + bytes, "lock", "l", "--"));
    assertEquals(" 61 ff\n", shell(directory, "\"$@\" " + bytes, "temp", "--"));
    assertEquals(" 61 ff\n", shell(directory, "\"$@\" " + bytes + "; cat f", "write", "f", "--"));
    String script =
        "n=$(printf './p\\377'); printf '#!/bin/sh\\necho ran\\n' > \"$n\"; chmod +x \"$n\";";
    assertEquals("ran\n", shell(directory, script + "\"$@\" \"$n\"", "lock", "l", "--"));
    assertEquals("", shell(directory, "\"$@\" \"$(printf 'a\\377')\" -- true", "lock"));
    assertEquals("there", shell(directory, "[ ! -e \"$(printf 'a\\377')\" ] || printf there"));
    assertEquals(
        " 61 ff 2e 31 0a\n",
        shell(directory, "\"$@\" \"$(printf 'a\\377')\" <&- | tail -c 5 | od -A n -t x1", "save"));
  }

  @Test
  void whatJavaCannotDecodeNamesNoOtherFile(@TempDir Path directory) throws IOException {
    Path other = Files.writeString(directory.resolve("a\uFFFD"), "other");
    assertEquals(
        "holdfast tree rm: a\\xff: no such file or directory (ENOENT)\n",
        shell(directory, "\"$@\" \"$(printf 'a\\377')\"", "tree", "rm"));
    assertEquals(
        "holdfast: a\\xff: is not UTF-8, as the arguments of this command must be (EILSEQ)\n",
        shell(directory, "\"$@\" \"$(printf 'a\\377')\" -- true", "prove", "--fresh"));
    assertTrue(Files.exists(other));
    assertEquals("", shell(directory, "\"$@\"", "tree", "rm", "a\uFFFD"));
    assertFalse(Files.exists(other));
    assertTrue(
        shell(
                directory,
                "d=$(printf 'b\\377'); mkdir \"$d\"; cd \"$d\"; \"$@\"; cd ..; rmdir \"$d\"",
                "trust",
                "file")
            .contains("this working directory's name is not UTF-8"));
  }

  @Test
  void unreadableInputIsNotAnInternalError(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    assertEquals(
        "holdfast write: standard input: cannot be read: Is a directory\n",
        shell(directory, "\"$@\" < /", "write", file.toString()));
    assertEquals("old", Files.readString(file));
  }

  @Test
  void whatIsNotPermittedIsToldByItsOwnError() {
    String reason = "renameat2: Operation not permitted (EPERM)";
    Failures failures = new Failures();
    failures.handleError(new PrintWriter(err), new AccessDeniedException("file", null, reason));
    assertEquals("holdfast: file: " + reason + System.lineSeparator(), err.toString());
  }

  @Test
  void debugAddsTheStackTrace() {
    assertEquals(ExitCode.USAGE, run("--debug", "--no-such-option"));
    assertTrue(err.toString().contains("\tat "), err::toString);
  }
}
