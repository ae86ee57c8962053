package dev.holdfast.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Prover;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Leftovers;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A prover that dies in the middle of its work takes everything with it. */
class KilledProverTest {
  @BeforeAll
  static void requirements() {
    Requirements.twoIdentities();
  }

  /** Proves for ever, and says so. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) throws Exception {
      Case endless =
          Case.of(
                  List.of(
                      "/bin/sh",
                      "-c",
                      "for i in 1 2 3 4 5 6 7 8; do cp /arena/a /arena/b; sleep 1000 & done; wait"
                          + " $!"
                          + args[0]))
              .withDirectory(Path.of("/"))
              .withArena(Path.of("/arena"))
              .withSetup("echo one > /arena/a");
      for (; ; ) {
        Prover.prove(endless, (phase, done, _) -> System.out.println(phase + " " + done));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesNothing(boolean atOnce) throws Exception {
    Leftovers leftovers = new Leftovers();
    ProcessBuilder builder =
        ChildJvm.builder(
            Endless.class,
            // Waiting for the sleepers, the victim hangs; without, it leaves them behind.
            atOnce ? "" : " || true");
    builder.environment().put(Leftovers.MARK, leftovers.mark());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process prover = builder.start();
    try (BufferedReader lines = prover.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      assertTrue(line != null, "it says nothing");
    } finally {
      prover.destroyForcibly();
    }
    assertTrue(prover.waitFor(120, TimeUnit.SECONDS), "it does not die");
    assertEquals(137, prover.exitValue());
    leftovers.assertNone();
  }
}
