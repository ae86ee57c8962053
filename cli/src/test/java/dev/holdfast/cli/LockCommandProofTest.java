package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.libc.process.Identity;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code holdfast lock} under our own prover, in a directory that the attacker owns. */
class LockCommandProofTest {
  private static final Path ARENA = Path.of("/srv/arena");
  private static final String LOCK = ARENA + "/lock";

  @BeforeAll
  static void requirements() {
    assumeTrue(Identity.geteuid() == 0, "needs root: the attacker is another user than the victim");
    String whyNot = Prover.whyNot();
    assumeTrue(whyNot == null, () -> "no worlds here: " + whyNot);
  }

  private static List<String> lock(String... options) {
    List<String> command = CommandRun.process("lock");
    command.addAll(List.of(options));
    command.addAll(List.of(LOCK, "--", "/bin/true"));
    return command;
  }

  private static Proof prove(Case what) throws Exception {
    Proof proof =
        Prover.prove(
            what.withDirectory(Path.of("/")).withArena(ARENA).withTimeout(Duration.ofSeconds(60)),
            Progress.NONE);
    assertEquals(0, proof.exit(), "it does not do its work undisturbed");
    return proof;
  }

  private static String bad(Proof proof) {
    return told(proof, w -> w.verdict() == Verdict.EXPLOITED || w.verdict().undecided());
  }

  private static String told(Proof proof, Predicate<WindowResult> which) {
    return proof.windows().stream()
        .filter(which)
        .map(WindowResult::toString)
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "file"})
  void attackedItHolds(String kind) throws Exception {
    // What the attacker plants may look like a held lock: nobody waits for him for ever.
    Case attacked = Case.of(lock("--kind", kind, "--timeout", "1s"));
    Proof proof = prove(attacked);
    assertFalse(proof.windows().isEmpty(), "it was not attacked");
    assertEquals("", told(proof, w -> w.verdict() == Verdict.EXPLOITED));
    if (!bad(proof).isEmpty()) {
      // Whether the lock looks at the name again goes by the clock: some runs take another way.
      proof = prove(attacked);
    }
    assertEquals("", bad(proof));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "file"})
  void killedAnywhereTheNextRunGetsTheLock(String kind) throws Exception {
    Proof proof =
        prove(
            Case.of(lock("--kind", kind))
                .withIntruders(Intruder.KILL)
                .withChecks(String.join(" ", lock("--kind", kind, "--timeout", "10s"))));
    assertFalse(proof.windows().isEmpty());
    assertEquals("", bad(proof));
  }

  @Test
  void theUsualScriptLosesToBoth() throws Exception {
    String script = "echo $$ > " + LOCK + "; /bin/true; rm " + LOCK;
    Proof attacked = prove(Case.of(List.of("/bin/sh", "-c", script)));
    assertTrue(attacked.plainFollows() > 0, attacked::toString);
    Proof killed =
        prove(
            Case.of(List.of("/bin/sh", "-c", script))
                .withIntruders(Intruder.KILL)
                .withChecks("test ! -e " + LOCK));
    assertFalse(bad(killed).isEmpty());
  }
}
