package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.libc.process.Identity;
import dev.holdfast.locks.process.Upkeep;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.testing.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    return proof.windows().stream()
        .filter(w -> w.verdict() == Verdict.EXPLOITED || w.verdict().undecided())
        .map(WindowResult::toString)
        .collect(Collectors.joining("\n"));
  }

  /**
   * The clock decides two things in this command: whether a lock looks at its name once more, and
   * whether a wait has become long enough to say whom it waits for. A proof takes its way many
   * times, so both are settled here, each way once for each kind.
   */
  @ParameterizedTest
  @CsvSource({
    // What the attacker plants may look like a held lock: nobody waits for him for ever.
    "ofd, never, --quiet --timeout 1s",
    "ofd, always, --no-wait",
    "file, always, --quiet --timeout 1s",
    "file, never, --no-wait",
  })
  void attackedItHolds(String kind, String clock, String options) throws Exception {
    List<String> command =
        new ArrayList<>(
            ChildJvm.commandWith(
                List.of("-D" + Upkeep.CLOCK_PROPERTY + "=" + clock), Main.class, "lock"));
    command.addAll(List.of("--kind", kind));
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of(LOCK, "--", "/bin/true"));
    Proof proof = prove(Case.of(command));
    assertFalse(proof.windows().isEmpty(), "it was not attacked");
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
