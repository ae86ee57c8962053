package dev.holdfast.lab.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lab.Requirements;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The race of every textbook, over and over. */
class TextbookTest {
  private static final int ROUNDS = 100;
  private static final String FILE = "/arena/report";

  @SuppressWarnings("NullAway.Init")
  private static Workshop workshop;

  @BeforeAll
  static void requirements() throws Exception {
    Requirements.twoIdentities();
    Requirements.compiler();
    workshop = new Workshop();
  }

  @AfterAll
  static void close() throws Exception {
    if (workshop != null) {
      workshop.close();
    }
  }

  private static Case textbook(String source) throws Exception {
    String program = workshop.program(source).toString();
    return Case.of(List.of(program, Stages.attackerUid(), FILE, "done"))
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/arena"))
        .withSetup("echo draft > " + FILE + " && chown --reference=/arena " + FILE);
  }

  @Test
  void isProvedEachTime() throws Exception {
    Case textbook = textbook("s01-stat-then-fopen.c");
    Proof first = Prover.prove(textbook, Progress.NONE);
    WindowResult race = race(first);
    int proved = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Proof again = Prover.replay(textbook, race.window().id(), Progress.NONE);
      if (again.windows().stream().anyMatch(TextbookTest::isTheRace)) {
        proved++;
      }
    }
    assertEquals(ROUNDS, proved);
  }

  @Test
  void fixedSiblingHoldsEachTime() throws Exception {
    Case fixed = textbook("s01-open-then-fstat.c");
    int tried = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Proof proof = Prover.prove(fixed, Progress.NONE);
      assertEquals(0, proof.exit());
      assertEquals(0, proof.count(Verdict.EXPLOITED), () -> String.valueOf(proof));
      assertEquals(0, proof.undecided(), () -> String.valueOf(proof));
      tried += proof.windows().size();
    }
    assertTrue(tried >= ROUNDS, "the fixed sibling was hardly attacked: " + tried);
  }

  private static WindowResult race(Proof proof) {
    List<WindowResult> races = proof.windows().stream().filter(TextbookTest::isTheRace).toList();
    assertFalse(races.isEmpty(), () -> String.valueOf(proof));
    WindowResult race = races.getFirst();
    assertEquals("report", race.window().entry());
    assertTrue(
        race.window().check() != null && race.window().check().call().contains("stat"),
        () -> String.valueOf(race));
    assertTrue(
        race.evidence().stream().anyMatch(e -> e.startsWith("control:")),
        () -> String.valueOf(race));
    return race;
  }

  private static boolean isTheRace(WindowResult window) {
    return window.race()
        && window.effects().contains(Effect.WRITE)
        && window.window().hazard() == Hazard.S01;
  }
}
