package dev.holdfast.prove.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Ways;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.report.Conclusion.Kind;
import dev.holdfast.prove.report.Conclusion.Policy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConclusionTest {
  private static final Policy GUARDS = new Policy(0, true);

  private static Proof with(Proof proof, int exit, Map<String, Integer> pruned) {
    return new Proof(
        proof.argv(),
        proof.user(),
        proof.attacker(),
        proof.calls(),
        proof.tasks(),
        exit,
        true,
        proof.windows(),
        proof.listed(),
        proof.leftOut(),
        proof.ways(),
        proof.trials(),
        pruned,
        proof.notes());
  }

  private static WindowResult survived(List<String> blockedBy) {
    return new WindowResult(
        Proofs.window("s", "/f"), Verdict.SURVIVED, Set.of(), null, blockedBy, List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, HOLDS, ''",
    "1, 0, UNDECIDED, ended with 1 instead of 0",
    "127, 0, UNDECIDED, a command was not found",
    "139, 0, UNDECIDED, signal 11",
    "0, 3, UNDECIDED, ended with 0 instead of 3",
    "3, 3, HOLDS, ''",
  })
  void theUndisturbedRunMustEndAsExpected(int exit, int expected, Kind kind, String doubt) {
    Proof proof = with(Proofs.of(survived(List.of())), exit, Map.of());
    Conclusion conclusion = Conclusion.of(proof, new Policy(expected, false));
    assertEquals(kind, conclusion.kind());
    assertTrue(String.join("; ", conclusion.doubts()).contains(doubt), conclusion::toString);
  }

  @Test
  void aBreakInIsOneHoweverTheRunEnded() {
    Proof proof = with(Proofs.of(Proofs.race("r", "/f")), 1, Map.of());
    assertEquals(new Conclusion(Kind.BROKEN, List.of()), Conclusion.of(proof, Policy.STRICT));
  }

  @Test
  void whatWasNotTriedIsNotHeld() {
    Conclusion conclusion = Conclusion.of(Proofs.listed(Proofs.window("w", "/f")), Policy.STRICT);
    assertEquals(List.of("1 window of 1 was not tried"), conclusion.doubts());
  }

  @ParameterizedTest
  @CsvSource({"3, 40, 0, HOLDS", "3, 0, 1, UNDECIDED", "0, 0, 2, UNDECIDED"})
  void aWayThatWasNotFollowedIsADoubtUnlessItIsLikeOthers(
      int followed, int alike, int unfollowed, Kind kind) {
    Proof proof = Proofs.of(survived(List.of()));
    Proof more =
        new Proof(
            proof.argv(),
            proof.user(),
            proof.attacker(),
            proof.calls(),
            proof.tasks(),
            proof.exit(),
            proof.complete(),
            proof.windows(),
            proof.listed(),
            proof.leftOut(),
            new Ways(followed, alike, unfollowed),
            proof.trials(),
            proof.pruned(),
            proof.notes());
    assertEquals(kind, Conclusion.of(more, Policy.STRICT).kind());
  }

  @Test
  void whatOnlyThisHostsGuardSavedHoldsOnlyWhereThatIsAssumed() {
    Proof proof = Proofs.of(survived(List.of("fs.protected_hardlinks")), survived(List.of()));
    assertEquals(
        List.of(
            "1 window is held only because fs.protected_hardlinks is set here (--assume-guards)"),
        Conclusion.of(proof, Policy.STRICT).doubts());
    assertEquals(Kind.HOLDS, Conclusion.of(proof, GUARDS).kind());
    assertEquals(Kind.HOLDS, Conclusion.of(Proofs.of(survived(List.of())), Policy.STRICT).kind());
  }
}
