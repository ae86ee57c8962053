package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that a program makes up anew in each run: who can know them, and finding them again. */
class MadeUpNameTest {
  private static final String RANDOM = "n=$(od -A n -N 16 -t x1 /dev/urandom | tr -d ' \\n'); ";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram("od");
  }

  private static Proof shared(String program) throws ProveException {
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", program))
                .withDirectory(Path.of("/"))
                .withFresh(Path.of("/shared"))
                .withSetup("chmod 1777 /shared"),
            Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    return proof;
  }

  /** The tracer's stop is not to be the attacker's oracle. */
  @Test
  void aNameThatNobodyKnowsBeforeItsFirstUseIsNotStruckAt() throws Exception {
    Proof proof = shared(RANDOM + "echo token > /shared/r.$n");
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(2, proof.pruned().get("nobody knows the name yet"), proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // An earlier file shows it, an argument does, it can be guessed, it was there before.
        RANDOM + "set -C; true > /shared/$n.lck; set +C; echo token > /shared/$n.so",
        RANDOM + "sh -c 'echo token > \"$1\"' sh /shared/$n",
        "echo token > /shared/run.$(date +%s)",
        "t=$(mktemp /shared/w.XXXXXX); rm $t; echo token > $t"
      })
  void aNameThatWasToBeSeenOrGuessedIs(String program) throws Exception {
    Proof proof = shared(program);
    assertTrue(proof.races() > 0, proof::toString);
  }

  /** As {@code File.delete} removes a directory: as a file first, which fails. */
  @Test
  void whatAStickyDirectoryKeepsIsNotTakenAwayForARemoval() throws Exception {
    String remove = "unlink $d 2>/dev/null; rmdir $d";
    Proof sticky = shared("d=$(mktemp -d /shared/w.XXXXXX); " + remove);
    assertEquals(List.of(), sticky.windows(), sticky::toString);
    Proof open = shared("chmod 777 /shared; mkdir /shared/w; d=/shared/w; " + remove);
    assertNotEquals(List.of(), open.windows(), open::toString);
  }

  private static Proof killed(String program) throws ProveException {
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", program))
            .withDirectory(Path.of("/"))
            .withFresh(Path.of("/state"))
            .withSetup("echo old > /state/conf")
            .withIntruders(Intruder.KILL)
            .withChecks("grep -qE '^(old|new)$' /state/conf"),
        Progress.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t=$(mktemp /state/conf.XXXXXX) && echo new > $t && mv $t /state/conf",
        "sed -i s/old/new/ /state/conf"
      })
  void aCrashFindsATemporaryFileAgain(String program) throws Exception {
    Proof proof = killed(program);
    assertTrue(proof.count(Verdict.SURVIVED) > 3, proof::toString);
    assertEquals(proof.windows().size(), proof.count(Verdict.SURVIVED), proof::toString);
    Proof torn = killed("echo new > /state/conf");
    assertTrue(torn.count(Verdict.EXPLOITED) > 0, torn::toString);
  }
}
