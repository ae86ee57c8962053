package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What gives the attacker's own file the rights of others, and what names another's attributes. */
class GivenRightsTest {
  private static final String PYTHON = "/usr/bin/python3";

  /** As checked as can be, but for whose contents they are. */
  private static final String OPENED =
      """
      import os, stat, sys
      f = os.open('/srv/x/f', os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
      s = os.fstat(f)
      if not stat.S_ISREG(s.st_mode) or s.st_nlink != 1: sys.exit(1)
      """;

  private static final String ONLY_ROOTS = "if s.st_uid != 0: sys.exit(1)\n";

  private static final String CAPABILITY =
      "os.setxattr(f, 'security.capability', bytes.fromhex('0100000200200000' + '00' * 12))";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram(PYTHON);
  }

  private static Proof prove(String program) throws ProveException {
    return Prover.prove(
        Case.of(List.of(PYTHON, "-I", "-S", "-c", program))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/srv/x"))
            .withSetup("echo hello > /srv/x/f"),
        Progress.NONE);
  }

  private static void assertGiven(Proof proof) {
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.verdict() == Verdict.EXPLOITED && w.effects().contains(Effect.META)),
        proof::toString);
  }

  private static void assertHolds(Proof proof) {
    assertTrue(!proof.windows().isEmpty(), proof::toString);
    assertEquals(0, proof.count(Verdict.EXPLOITED) + proof.undecided(), proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "os.fchown(f, 0, 0); os.fchmod(f, 0o4755)",
        "os.fchown(f, 0, 0); os.fchmod(f, 0o2755)",
        CAPABILITY
      })
  void hisFileComesToRunWithMore(String change) throws Exception {
    assertGiven(prove(OPENED + change));
    assertHolds(prove(OPENED + ONLY_ROOTS + change));
  }

  /** It is an owner only, or it is a set-id bit of his own. */
  @ParameterizedTest
  @ValueSource(strings = {"os.fchown(f, 0, 0)", "os.fchmod(f, 0o4755)", "os.fchmod(f, 0o2644)"})
  void whatGivesNothingIsNoFinding(String change) throws Exception {
    assertHolds(prove(OPENED + change));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trusted.note", "user.note", "security.note"})
  void anAttributeOfAProtectedFileIsChanged(String name) throws Exception {
    String call = "import os; os.setxattr('/srv/x/f', '" + name + "', b'1'";
    assertGiven(prove(call + ")"));
    assertHolds(prove(call + ", follow_symlinks=False)"));
  }
}
