package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.report.Conclusion;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A program that does the same to very many files is judged by some of each kind. */
class ManyWindowsTest {
  private static final int FILES = 200;

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case onFiles(String python) {
    return Case.of(List.of("/usr/bin/python3", "-I", "-S", "-c", python))
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/srv/arena"))
        .withSetup("cd /srv/arena && for i in $(seq " + FILES + "); do : > f$i; done");
  }

  @Test
  void oneRaceAmongHundredsOfAKindIsFound() throws Exception {
    TestHost.assumeProgram("/usr/bin/python3");
    Proof proof =
        Prover.prove(
            onFiles(
                """
                import os
                for i in range(1, 201): os.chmod(f'/srv/arena/f{i}', 0o600)
                """),
            Progress.NONE);
    assertTrue(proof.count(Verdict.EXPLOITED) > 0, proof::toString);
    assertTrue(proof.leftOutTotal() >= FILES, proof::toString);
    assertTrue(proof.trials() < FILES, proof::toString);
  }

  /** What is left out of a kind is told, and is not a doubt. */
  @Test
  void ofAProgramThatHoldsEnoughIsTried() throws Exception {
    TestHost.assumeProgram("/usr/bin/python3");
    Proof proof =
        Prover.prove(
            onFiles(
                """
                import os
                for i in range(1, 201): os.unlink(f'/srv/arena/f{i}')
                for i in range(1, 201): os.access(f'/srv/arena/f{i}', os.R_OK)
                """),
            Progress.NONE);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(!proof.windows().isEmpty() && proof.leftOutTotal() >= FILES, proof::toString);
    assertEquals(Conclusion.Kind.HOLDS, Conclusion.of(proof, Conclusion.Policy.STRICT).kind());
  }

  /** Holds, and has windows of its own way and of those on which squatters lead it. */
  private static Case holding() {
    return Case.of(
            List.of("/bin/sh", "-c", "cd /srv/arena; rm a b; mkdir c && rmdir c; test -e d || :"))
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/srv/arena"))
        .withSetup("cd /srv/arena && touch a b");
  }

  /** Wherever the number of runs cuts: no more are made, and nobody is told that it holds. */
  @Test
  void aCutIsADoubt() throws Exception {
    Proof whole = Prover.prove(holding(), Progress.NONE);
    assertTrue(holds(whole) && whole.ways().followed() > 2, whole::toString);
    assertEquals(0, whole.ways().alike() + whole.ways().unfollowed(), whole::toString);
    for (int most : List.of(1, 2, 5, whole.windows().size(), whole.trials() - 1)) {
      Proof proof = Prover.prove(holding().withMaxTrials(most), Progress.NONE);
      assertTrue(proof.trials() <= most, proof::toString);
      assertTrue(proof.listed().size() + proof.ways().unfollowed() > 0, proof::toString);
      assertFalse(holds(proof), proof::toString);
    }
    Proof enough = Prover.prove(holding().withMaxTrials(10 * whole.trials()), Progress.NONE);
    assertTrue(holds(enough), enough::toString);
  }

  private static boolean holds(Proof proof) {
    return Conclusion.of(proof, Conclusion.Policy.STRICT).kind() == Conclusion.Kind.HOLDS;
  }

  /** What was seen stands, also if no run is left to see whether it needs a race. */
  @Test
  void aFindingOutlivesTheCut() throws Exception {
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", "echo x > /srv/arena/a"))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/srv/arena"))
                .withJobs(1)
                .withMaxTrials(2),
            Progress.NONE);
    assertTrue(proof.count(Verdict.EXPLOITED) > 0 && proof.trials() == 2, proof::toString);
  }

  /** What is found only on a way that was left out is found again by its id. */
  @Test
  void aWindowOnAnyWayIsReplayed() throws Exception {
    Case victim =
        Case.of(
                Stream.concat(
                        Stream.of("/bin/mkdir", "-p"),
                        IntStream.range(0, 27).mapToObj(i -> "/srv/arena/d" + i + "/x"))
                    .toList())
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/srv/arena"));
    Proof proof = Prover.prove(victim.withAll(), Progress.NONE);
    List<String> onWays =
        proof.windows().stream()
            .filter(w -> w.window().before() != null)
            .map(w -> w.window().id())
            .toList();
    assertTrue(proof.ways().followed() > 50 && onWays.size() > 2, proof::toString);
    for (String id : List.of(onWays.getFirst(), onWays.getLast())) {
      Proof again = Prover.replay(victim, id, Progress.NONE);
      assertEquals(1, again.windows().size(), again::toString);
    }
  }
}
