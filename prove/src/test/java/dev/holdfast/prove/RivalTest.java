package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Another program between two calls of the victim's. */
class RivalTest {
  private static final String BY_NAME = "echo 1 > /own/f; cat /own/f > /own/out";
  private static final String BY_DESCRIPTOR =
      "exec 3> /own/f 4< /own/f; echo 1 >&3; cat <&4 > /own/out";
  private static final String CHECK = "test \"$(cat /own/out)\" = 1";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds");
  }

  private static Proof prove(String line, String rival, String check) throws ProveException {
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", line))
            .withDirectory(Path.of("/"))
            .withFresh(Path.of("/own"))
            .withIntruders(Intruder.RIVAL)
            .withRivals(rival)
            .withChecks(check),
        Progress.NONE);
  }

  @Test
  void whoOpensAgainLosesToSweeper() throws Exception {
    Proof proof = prove(BY_NAME, "rm -f /own/f", CHECK);
    WindowResult lost =
        proof.windows().stream()
            .filter(w -> w.verdict() == Verdict.EXPLOITED)
            .findFirst()
            .orElseThrow(() -> new AssertionError(proof.toString()));
    assertEquals(Strike.RIVAL, lost.window().strike());
    assertEquals(Label.RACE, lost.label(), proof::toString);
  }

  @Test
  void whoKeepsTheDescriptorHolds() throws Exception {
    // Beside "f" is swept only what exists under another name, so both opens see the same file.
    Proof proof = prove(BY_DESCRIPTOR, "! test -s /own/f || rm /own/f", CHECK);
    assertTrue(proof.windows().size() >= 4, proof::toString);
    assertEquals(
        proof.windows().size(), proof.count(Verdict.SURVIVED), () -> String.valueOf(proof));
  }

  @Test
  void whatBreaksTheInvariantBeforehandIsNoRace() throws Exception {
    Proof proof = prove("cat /own/f 2> /dev/null; :", ": > /own/broken", "test ! -e /own/broken");
    assertTrue(proof.plainFollows() > 0, proof::toString);
    assertEquals(0, proof.races(), proof::toString);
  }

  @Test
  void rivalThatFailsDecidesNothing() throws Exception {
    Proof proof = prove(BY_NAME, "echo no; false", CHECK);
    assertTrue(proof.undecided() > 0, proof::toString);
    assertEquals(proof.windows().size(), proof.undecided(), proof::toString);
  }

  @Test
  void whoWaitsAtFifoForNobodyIsBroken() throws Exception {
    String line = "test -f /own/f; cat < /own/f > /own/out";
    String fifo = "rm -f /own/f; mkfifo /own/f";
    Proof proof = prove("rm -f /own/f; echo 1 > /own/f; " + line, fifo, CHECK);
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.evidence().stream().anyMatch(e -> e.contains("for ever"))),
        proof::toString);
    assertTrue(proof.races() > 0, proof::toString);
  }

  @Test
  void whoTriesForEverIsBroken() throws Exception {
    String full = "mount -t tmpfs -o size=4k,nr_inodes=2 none /own && %s; : > /end";
    String spin = "exec 2> /dev/null; set -C; until true > /own/$$; do :; done";
    String once = "set -C; true > /own/$$ || echo no space";
    String fill = "! mountpoint -q /own || touch /own/ballast 2> /dev/null || true";
    Proof spinning = prove(full.formatted(spin), fill, "test -e /end");
    assertTrue(
        spinning.windows().stream()
            .anyMatch(w -> w.evidence().stream().anyMatch(e -> e.contains("ENOSPC"))),
        spinning::toString);
    Proof bounded = prove(full.formatted(once), fill, "test -e /end");
    assertEquals(bounded.windows().size(), bounded.count(Verdict.SURVIVED), bounded::toString);
  }

  @Test
  void wrongUseIsRefused() {
    Case what = Case.of(List.of("/bin/true")).withIntruders(Intruder.RIVAL);
    assertThrows(ProveException.class, () -> Prover.prove(what, Progress.NONE));
    assertThrows(ProveException.class, () -> Prover.prove(what.withChecks("true"), Progress.NONE));
    assertThrows(ProveException.class, () -> Prover.prove(what.withRivals("true"), Progress.NONE));
  }
}
