package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.SimulatedLocks.Plan;
import dev.holdfast.cluster.SimulatedLocks.Recipe;
import org.junit.jupiter.api.Test;

/** The simulation tells a good recipe from bad ones, and so has something to say of ours. */
class ClusterSimulationTest {
  private static SimulatedLocks run(Plan plan) {
    return new SimulatedLocks(plan, ClusterSimulation.USUAL, 7).run();
  }

  private static void assertGood(SimulatedLocks run, long asked) {
    assertEquals(asked, run.grants + run.withdrawn);
    assertEquals(1, run.mostHolders);
    assertEquals(0, run.outOfOrder);
  }

  @Test
  void ofALineOneIsToldOfEachChange() {
    int clients = 2_500;
    SimulatedLocks run = run(new Plan(clients, clients, 1, 0, Recipe.OURS));
    assertGood(run, clients);
    assertEquals(clients, run.grants);
    assertEquals(1, run.ensemble().mostEvents);
    assertEquals(2L * clients, run.ensemble().transactions);
  }

  /** What the recipe is there to avoid. */
  @Test
  void aHerdIsToldAllOfIt() {
    int clients = 200;
    SimulatedLocks herd = run(new Plan(clients, clients, 1, 0, Recipe.HERD));
    assertGood(herd, clients);
    assertTrue(herd.ensemble().mostEvents > clients / 2, () -> "" + herd.ensemble().mostEvents);
    SimulatedLocks ours = run(new Plan(clients, clients, 1, 0, Recipe.OURS));
    assertTrue(herd.ensemble().reads > 10 * ours.ensemble().reads);
  }

  @Test
  void whoGivesUpIsPassedOver() {
    SimulatedLocks run = run(new Plan(1_000, 10, 5, 3, Recipe.OURS));
    assertGood(run, 5_000);
    assertTrue(run.withdrawn > 0);
  }

  /** One before us that gives up may have waited itself. */
  @Test
  void theJudgeSeesTwoHolders() {
    SimulatedLocks run = run(new Plan(1_000, 10, 5, 3, Recipe.TRUSTING));
    assertTrue(run.mostHolders > 1);
  }
}
