package dev.holdfast.lab.scene;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.lab.Requirements;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.stage.Pairs;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scenes with attackers of their own must judge, and not know beforehand who loses. */
class LivePlayTest {
  private static Performance play(Pairs.Attack attack, Victim victim, boolean mustLose)
      throws IOException, SkipScene {
    try (Workshop workshop = new Workshop()) {
      return attack.on(victim, mustLose, workshop, Progress.NONE);
    }
  }

  private static void assertVerdict(Outcome expected, Performance performance) {
    assertEquals(expected, performance.verdict(), performance::toString);
  }

  @Test
  void whoComparesInodesLosesInEitherPlace() throws Exception {
    Requirements.compiler();
    Victim unsafe = new Victim.C("", "s08-compare-inode.c", S08CryogenicSleep.ARGS);
    assertVerdict(Outcome.LOST, play(S08CryogenicSleep::attack, unsafe, true));
    assertVerdict(Outcome.LOST, play(S08CryogenicSleep::attack, unsafe, false));
  }

  @Test
  void whoKeepsTheFileOpenDoesNotLoseEvenWhereItShould() throws Exception {
    Requirements.compiler();
    Victim safe = new Victim.C("", "s08-keep-open.c", S08CryogenicSleep.ARGS);
    assertVerdict(Outcome.UNDECIDED, play(S08CryogenicSleep::attack, safe, true));
  }

  @Test
  void whoDoesNothingFails() throws Exception {
    Requirements.twoIdentities();
    Requirements.compiler();
    Victim idle = new Victim.Shell("", "s20-du.sh", List.of("/proc/self/ns"));
    assertVerdict(Outcome.FAILED, play(S08CryogenicSleep::attack, idle, false));
    assertVerdict(Outcome.FAILED, play(S18AttackerHasTime::attack, idle, false));
  }

  @Test
  void timeIsOnTheAttackersSideOnlyWhereThereIsWindow() throws Exception {
    Requirements.twoIdentities();
    Requirements.compiler();
    List<String> args = List.of(Stages.attackerUid(), S18AttackerHasTime.FILE, "done");
    Victim unsafe = S18AttackerHasTime.often(new Victim.C("", "s01-stat-then-fopen.c", args));
    Victim safe = S18AttackerHasTime.often(new Victim.C("", "s01-open-then-fstat.c", args));
    assertVerdict(Outcome.LOST, play(S18AttackerHasTime::attack, unsafe, false));
    assertVerdict(Outcome.UNDECIDED, play(S18AttackerHasTime::attack, safe, true));
  }

  @Test
  void whoSeesNothingLoses() throws Exception {
    Victim blind = new Victim.Shell("", "s20-du.sh", List.of("/proc/self/ns"));
    assertVerdict(Outcome.LOST, play(S20UnlinkedButOpen::look, blind, false));
  }
}
