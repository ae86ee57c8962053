package dev.holdfast.prove.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.explore.Explorer;
import dev.holdfast.prove.schedule.explore.SleepSets;
import dev.holdfast.prove.schedule.judge.Judge;
import dev.holdfast.prove.schedule.judge.Orders;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Turn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The table of footprints, and what is left out because of it, against the kernel. The longer form
 * is in {@code bench/schedule-table.sh}.
 */
@Execution(ExecutionMode.SAME_THREAD)
class FootprintsTest {
  private static final int SWAPS = Integer.getInteger("holdfast.schedules.swaps", 40);
  private static final int PAIRS = Integer.getInteger("holdfast.schedules.pairs", 2);

  /** After so many swaps it is told how far it has come. */
  private static final int TOLD = 500;

  private static final long SEED = Long.getLong("holdfast.schedules.seed", 1);

  private static Scripts scripts;

  @BeforeAll
  static void worlds(@TempDir Path directory) throws Exception {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("cc");
    scripts = new Scripts(directory);
  }

  @AfterAll
  static void end() {
    if (scripts != null) {
      scripts.close();
    }
  }

  private static Chooser byChance(Random random) {
    return (decision, _) -> decision.enabled().get(random.nextInt(decision.enabled().size()));
  }

  private static List<Integer> swappable(Trace trace) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i + 1 < trace.turns().size(); i++) {
      Turn first = trace.turns().get(i);
      Turn second = trace.turns().get(i + 1);
      boolean could = trace.nodes().get(i).at().enabled().contains(second.who());
      boolean both = !first.made().isEmpty() && !second.made().isEmpty();
      if (could && both && first.commutes(second)) {
        places.add(i);
      }
    }
    return places;
  }

  /** Two neighbours that the table calls independent: whatever comes first, all is the same. */
  @Test
  void independentCallsCommute() {
    Random random = new Random(SEED);
    List<String> differences = new ArrayList<>();
    int replays = 0;
    int swaps = 0;
    int told = TOLD;
    while (swaps < SWAPS) {
      if (swaps >= told) {
        told += TOLD;
        System.out.println(swaps + " swaps, " + differences.size() + " differences ...");
      }
      List<String> programs = Scripts.two(random, 8);
      Runner runner = scripts.runner(programs);
      Trace trace = Scripts.run(runner, List.of(), byChance(random));
      Trace again = Scripts.run(runner, trace.choices(), Chooser.USUAL);
      replays++;
      assertEquals(
          Scripts.told(trace), Scripts.told(again), () -> "not the same again: " + programs);
      assertEquals(trace.steps(), again.steps(), () -> "not the same again: " + programs);
      List<Integer> places = swappable(trace);
      Collections.shuffle(places, random);
      for (int place : places.subList(0, Math.min(4, places.size()))) {
        List<Integer> choices = new ArrayList<>(trace.choices());
        Collections.swap(choices, place, place + 1);
        Trace swapped = Scripts.run(runner, choices, Chooser.USUAL);
        swaps++;
        if (!Scripts.told(trace).equals(Scripts.told(swapped))) {
          differences.add(
              programs
                  + ": "
                  + trace.turns().get(place).made()
                  + " and "
                  + trace.turns().get(place + 1).made()
                  + "\n"
                  + Scripts.told(trace)
                  + "\n"
                  + Scripts.told(swapped));
        }
      }
    }
    System.out.println(
        swaps
            + " swaps of neighbours that the table calls independent, "
            + differences.size()
            + " differences; "
            + replays
            + " schedules run again, all equal step for step (seed "
            + SEED
            + ")");
    assertTrue(differences.isEmpty(), () -> String.join("\n\n", differences));
  }

  /** Were the table wrong, this would show it: calls that it calls dependent do not commute. */
  @Test
  void dependentCallsDoNot() {
    Runner runner = scripts.runner(List.of("open 0 wct a;write 0 xyz", "stat a"));
    Trace first = Scripts.run(runner, List.of(0, 0, 0, 1, 1), Chooser.USUAL);
    Trace second = Scripts.run(runner, List.of(1, 1, 0, 0, 0), Chooser.USUAL);
    assertFalse(Scripts.told(first).equals(Scripts.told(second)), first::toString);
  }

  private static int interleavings;

  /** All interleavings, nothing left out. */
  private static Set<String> brute(Runner runner) {
    Set<String> ends = new TreeSet<>();
    Deque<List<Integer>> left = new ArrayDeque<>(List.of(List.of()));
    int runs = 0;
    while (!left.isEmpty()) {
      List<Integer> begun = left.pop();
      Trace trace = Scripts.run(runner, begun, Chooser.USUAL);
      runs++;
      ends.add(Scripts.told(trace));
      for (Trace.Node node : trace.nodes()) {
        for (int other : node.at().enabled()) {
          // What branches off earlier was pushed by a run before.
          if (node.at().index() >= begun.size() && other != node.chosen()) {
            List<Integer> given = new ArrayList<>(trace.choices().subList(0, node.at().index()));
            given.add(other);
            left.push(given);
          }
        }
      }
    }
    interleavings += runs;
    System.out.print(runs + " interleavings, ");
    return ends;
  }

  private static Set<String> reduced(Runner runner, int bound, String what) {
    Learned learned = new Learned(runner.size());
    for (List<Integer> order : Orders.of(runner.everybody())) {
      learned.add(
          runner
              .run(runner.everybody(), List.of(), order, Set.of(), learned, Chooser.USUAL)
              .learned());
    }
    Set<String> ends = new TreeSet<>();
    Together how = Together.twice().withBound(bound).withBudget(Duration.ofHours(1));
    Explorer explorer =
        new Explorer(runner, new Judge(runner), learned, how, 2, () -> false, _ -> {});
    explorer.showTo(trace -> ends.add(Scripts.told(trace)));
    System.out.print(explorer.explore().schedules() + what);
    return ends;
  }

  /**
   * What the exploration leaves out ends like something that it does not leave out. More pairs: see
   * {@code bench/schedule-table.sh}.
   */
  @Test
  void everyEndIsFound() {
    Random random = new Random(SEED);
    List<List<String>> pairs =
        new ArrayList<>(
            List.of(
                List.of("rename a b", "rename b h;list ."),
                List.of("unlink g", "stat k"),
                List.of("open 0 r a;read 0", "open 0 wct b;rename b a"),
                List.of("open 0 wa g;write 0 xyz", "open 0 r k;read 0"),
                List.of("open 0 r a;fstat 0", "chmod a 600"),
                List.of("open 0 r a;fstat 0", "open 0 r a;fchmod 0 600"),
                List.of("open 0 r a;fstat 0", "unlink a"),
                List.of("open 0 r a;fstat 0", "link a b"),
                List.of("open 0 wct b;write 0 xyz", "open 0 wct b;write 0 u"),
                List.of("stat m", "unlink l"),
                List.of("open 0 + a;open 1 wt /proc/self/fd/0", "open 0 r a;read 0"),
                List.of("open 0 r a;map 0", "open 0 + a;write 0 xyz"),
                List.of("chdir d;cwd", "rename d e")));
    for (int i = 0; i < PAIRS; i++) {
      pairs.add(Scripts.two(random, 3));
    }
    for (List<String> programs : pairs) {
      Runner runner = scripts.runner(programs);
      Set<String> all = brute(runner);
      assertEquals(all, reduced(runner, 99, " by bounds, "), programs::toString);
      assertEquals(all, sleepSets(runner), programs::toString);
      System.out.println(all.size() + " ends: " + programs);
    }
    System.out.println(
        pairs.size()
            + " pairs, "
            + interleavings
            + " interleavings run: the same ends by bounds and by sleep sets for each (seed "
            + SEED
            + ")");
  }

  private static Set<String> sleepSets(Runner runner) {
    Set<String> ends = new TreeSet<>();
    SleepSets orders = new SleepSets();
    int runs = 0;
    int whole = 0;
    while (!orders.isEmpty()) {
      SleepSets.Walk walk = orders.next();
      Trace trace = Scripts.run(runner, walk.given(), walk);
      runs++;
      orders.made(walk, trace.choices());
      if (trace.stop() != Trace.Stop.KNOWN) {
        whole++;
        ends.add(Scripts.told(trace));
      }
    }
    System.out.print(runs + " by sleep sets (" + whole + " whole), ");
    return ends;
  }
}
