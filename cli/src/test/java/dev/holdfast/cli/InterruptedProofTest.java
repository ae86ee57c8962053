package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.cli.command.ProgressLine;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.prove.Prover;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever interrupts a long proof gets what it came to so far. */
class InterruptedProofTest {
  /** Long enough that no machine comes to its end before the signal. */
  private static final String SLOW = "for i in $(seq 60); do echo > /tmp/f$i; done; sleep 1";

  @ParameterizedTest
  @CsvSource({"2, 130", "15, 143"})
  void theTableIsToldAndTheRestNamed(int signal, int status) throws Exception {
    assumeTrue(Identity.geteuid() == 0, "needs root: the attacker is another user than the victim");
    String whyNot = Prover.whyNot();
    assumeTrue(whyNot == null, () -> "no worlds here: " + whyNot);
    List<String> command = CommandRun.process("prove", "--tmp", "--", "/bin/sh", "-c", SLOW);
    Process prover = new ProcessBuilder(command).start();
    try (BufferedReader messages = prover.errorReader(StandardCharsets.UTF_8)) {
      String estimate = messages.readLine();
      assertTrue(estimate.contains(" kinds to try, about "), estimate);
      Processes.kill(Math.toIntExact(prover.pid()), signal);
      String told = new String(prover.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(status, prover.waitFor());
      assertTrue(told.contains(" undecided; "), told);
      List<String> rest = messages.lines().toList();
      assertTrue(
          rest.stream().anyMatch(m -> m.endsWith("not tried, since it was interrupted")),
          rest::toString);
    } finally {
      prover.destroyForcibly();
    }
  }

  @Test
  void whatIsLeftIsToldInWords() {
    assertEquals("", ProgressLine.rest(1_000, 1, 4));
    assertEquals("", ProgressLine.rest(9_000_000_000L, 0, 4));
    assertEquals(", about 27 s left", ProgressLine.rest(9_000_000_000L, 1, 4));
    assertEquals(", about 27 min left", ProgressLine.rest(540_000_000_000L, 1, 4));
  }
}
