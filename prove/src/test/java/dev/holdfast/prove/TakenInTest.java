package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.plan.Planner;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The attacker's own object is no protected one, and to open is not to read. */
class TakenInTest {
  private static final String TREE =
      "mkdir -p /arena/d/e && echo one > /arena/d/f && echo two > /arena/d/e/g"
          + " && chown -R nobody /arena/d";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof prove(String setup, String... command) throws ProveException {
    Proof proof =
        Prover.prove(
            Case.of(List.of(command))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup(setup),
            Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    return proof;
  }

  /** It holds at every window: what it meets on its way is the attacker's, in the tree or not. */
  @ParameterizedTest
  @ValueSource(strings = {"rm -rf /arena/d", "find /arena/d -type f"})
  void whoWalksTheAttackersTreeHolds(String line) throws Exception {
    Proof proof = prove(TREE, line.split(" "));
    assertTrue(proof.count(Verdict.TAKEN_IN) > 0, proof::toString);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.count(Verdict.REACHED), proof::toString);
  }

  @ParameterizedTest
  @CsvSource({"read x < /arena/f, REACHED", "exec 3< /arena/f, SURVIVED"})
  void whoOpensAndReadsNothingHolds(String line, Verdict verdict) throws Exception {
    Proof proof = prove("echo text > /arena/f; chown nobody /arena/f", "sh", "-c", line);
    List<Verdict> led =
        proof.windows().stream()
            .filter(w -> w.window().strike() == Strike.SYMLINK)
            .map(w -> w.verdict())
            .toList();
    assertEquals(List.of(verdict), led, proof::toString);
  }

  /** Also a descriptor, a group or a pipe can be more than the attacker has. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exec setpriv --reuid=nobody --regid=nogroup --clear-groups cat /arena/f | true",
        "exec setpriv --reuid=nobody --regid=0 --clear-groups cat /arena/f | false",
        "exec setpriv --reuid=nobody --regid=nogroup --clear-groups cat /arena/f >/out | false",
        "x=$(setpriv --reuid=nobody --regid=nogroup --clear-groups cat /arena/f) | false",
      })
  void whoIsTheAttackerCanLoseNothing(String line, boolean pruned) throws Exception {
    TestHost.assumeProgram("setpriv");
    Proof proof = prove("echo text > /arena/f", "sh", "-c", line);
    assertEquals(pruned, proof.windows().isEmpty(), proof::toString);
    assertEquals(pruned, proof.pruned().containsKey(Planner.AS_ATTACKER), proof::toString);
  }

  /** It changed its user and ran nothing since: what it knows is not the attacker's. */
  @Test
  void whoMayRememberMoreIsAttacked() throws Exception {
    TestHost.assumeProgram("python3");
    String program =
        "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534); open('/arena/f').read()";
    Proof proof = prove("echo text > /arena/f", "python3", "-SIc", program);
    assertEquals(
        List.of(), proof.pruned().keySet().stream().filter(Planner.AS_ATTACKER::equals).toList());
    assertTrue(!proof.windows().isEmpty(), proof::toString);
  }
}
