package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written into a file that the attacker made beforehand, with no link to be followed. */
class AttackersFileTest {
  private static final String OPEN =
      "f = os.open('/shared/f', os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o%s)\n";
  private static final String WRITE = "os.write(f, b'the token')\n";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram("python3");
  }

  private static Proof prove(String program, String setup) throws ProveException {
    return Prover.prove(
        Case.of(List.of("python3", "-SIc", "import os, sys\n" + program))
            .withDirectory(Path.of("/"))
            .withFresh(Path.of("/shared"))
            .withSetup("chmod 1777 /shared", setup),
        Progress.NONE);
  }

  private static List<WindowResult> intoHisFile(Proof proof) {
    return proof.windows().stream().filter(w -> w.window().strike() == Strike.FILE).toList();
  }

  /** The mode that is asked for, less the umask, says for whom it is meant. */
  @ParameterizedTest
  @CsvSource({
    "600, 022, :",
    "666, 077, :",
    "600, 022, echo mine > /shared/f; chown nobody /shared/f",
  })
  void whatWasMeantToBeClosedLeaks(String mode, String umask, String setup) throws Exception {
    TestHost.assumeGuardUnset("fs.protected_regular");
    Proof proof = prove("os.umask(0o" + umask + ")\n" + OPEN.formatted(mode) + WRITE, setup);
    List<WindowResult> led = intoHisFile(proof);
    assertEquals(1, led.size(), proof::toString);
    assertTrue(led.getFirst().plainFollow(), proof::toString);
    assertTrue(led.getFirst().effects().contains(Effect.LEAK), proof::toString);
  }

  /** Who looks whose it is writes nothing to it. */
  @ParameterizedTest
  @CsvSource({"600, 022", "666, 077"})
  void whoLooksAtTheOwnerHolds(String mode, String umask) throws Exception {
    String check = "if os.fstat(f).st_uid != 0: sys.exit(1)\n";
    Proof proof = prove("os.umask(0o" + umask + ")\n" + OPEN.formatted(mode) + check + WRITE, ":");
    assertEquals(1, intoHisFile(proof).size(), proof::toString);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  /** That everybody can read it was asked for. */
  @ParameterizedTest
  @CsvSource({"644, 022", "666, 022"})
  void whatIsMeantForEverybodyIsNoSecret(String mode, String umask) throws Exception {
    Proof proof = prove("os.umask(0o" + umask + ")\n" + OPEN.formatted(mode) + WRITE, ":");
    assertEquals(List.of(), intoHisFile(proof), proof::toString);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
  }
}
