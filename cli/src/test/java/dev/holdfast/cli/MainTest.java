package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
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
      assertEquals(ExitCode.OK, run(name, "--help"), name);
    }
    assertEquals("", err.toString());
  }

  @Test
  void noCommandIsWrongUse() {
    assertEquals(ExitCode.USAGE, run());
    assertEquals("", out.toString());
    assertTrue(err.toString().startsWith("usage: holdfast"), err::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "--no-such-option, 'holdfast: --no-such-option: unknown option'",
    "no-such-command, 'holdfast: no-such-command: no such command'",
    "--color=blue, 'holdfast: --color: expected one of [auto, always, never]'",
  })
  void wrongUseIsOneLine(String argument, String beginning) {
    assertEquals(ExitCode.USAGE, run(argument));
    assertEquals("", out.toString());
    assertTrue(err.toString().startsWith(beginning), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void debugAddsTheStackTrace() {
    assertEquals(ExitCode.USAGE, run("--debug", "--no-such-option"));
    assertTrue(err.toString().contains("\tat "), err::toString);
  }
}
