package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.Trace.Stop;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.Worlds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Proves programs that run together: first one after the other, which says what is right and what
 * they share, then by every schedule.
 *
 * <p>Threads: one at a time.
 */
public final class Schedules {
  /** Why programs cannot be run one after the other, for people. */
  public static final class SerialException extends Exception {
    private static final long serialVersionUID = 1L;

    SerialException(String message) {
      super(message);
    }
  }

  private final Runner runner;
  private final List<String> titles;
  private final Together how;
  private final int jobs;
  private final Progress progress;
  private final Learned learned;
  private final Judge judge;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param titles what the programs are, for people
   * @param limit for one run of one program
   * @param jobs worlds at a time
   */
  public Schedules(
      Worlds worlds,
      List<Program> programs,
      List<String> titles,
      Together how,
      Duration limit,
      int jobs,
      Progress progress) {
    this.runner = new Runner(worlds, programs, limit, how);
    this.titles = List.copyOf(titles);
    this.how = how;
    this.jobs = jobs;
    this.progress = progress;
    this.learned = new Learned(programs.size());
    this.judge = new Judge(runner);
  }

  /** Whether this is the id of a schedule of so many programs. */
  public static boolean isReplay(String id, int programs) {
    List<Integer> choices = ReplayId.parse(id);
    return id.equals(ReplayId.IN_TURNS)
        || (choices != null
            && choices.stream().allMatch(c -> Decision.programOf(c) < programs)
            && choices.stream().filter(Decision::isKill).count() <= 1);
  }

  /**
   * Explores, or runs one schedule again.
   *
   * @param replay the schedule, which {@linkplain #isReplay is one}; null for all
   * @throws SerialException if the serial orders do not come to an end
   */
  public ScheduleProof prove(@Nullable String replay) throws SerialException {
    serialOrders();
    Set<String> points = learned.points(how.crash());
    Explorer explorer =
        new Explorer(
            runner,
            judge,
            learned,
            how,
            jobs,
            progress::isCancelled,
            done -> progress.step("schedules", done, 0));
    if (points.isEmpty() && judge.hasOrders()) {
      boolean followed = learned.unknown.isEmpty();
      Claim claim =
          followed
              ? new Claim(Extent.COMPLETE, Integer.MAX_VALUE, "")
              : new Claim(
                  Extent.SAMPLED,
                  -1,
                  "calls that are not followed: " + String.join(", ", learned.unknown));
      return proof(new Explorer.Result(claim, 0, 0, 0, 0, List.of(), Map.of()), points);
    }
    Explorer.Result result;
    if (replay == null) {
      result = explorer.explore();
    } else {
      result = explorer.replay(replay);
    }
    return proof(result, explorer.points());
  }

  /**
   * Runs all orders, one after the other. Where programs wait for one another at a lock or a pipe
   * some orders, or all, come to no end: that is found among the schedules, and compared with the
   * others.
   */
  private void serialOrders() throws SerialException {
    List<List<Integer>> orders = Runner.orders(runner.everybody());
    List<String> endless = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      progress.step("serial orders", i, orders.size());
      List<Integer> order = orders.get(i);
      Trace trace =
          runner.run(runner.everybody(), List.of(), order, Set.of(), learned, Chooser.SERIAL);
      if (trace.stop() != null && trace.forOneAnother()) {
        learned.add(trace.learned());
        endless.add(Judge.told(order));
        continue;
      }
      if (trace.stop() != null) {
        throw new SerialException(
            "one after the other ("
                + Judge.told(order)
                + ") the programs "
                + told(trace.stop())
                + (trace.explanation().isEmpty()
                    ? ""
                    : " (" + String.join("; ", trace.explanation()) + ")")
                + ": there is nothing to compare schedules with");
      }
      learned.add(trace.learned());
      judge.addSerial(order, trace);
      if (i == endless.size()) {
        for (int who = 0; who < runner.size(); who++) {
          int code = trace.endings().get(who).code();
          if (code != 0) {
            notes.add(
                Conductor.name(who)
                    + " ends with "
                    + code
                    + " even when nobody disturbs it: "
                    + Raw.display(trace.outputs().get(who).strip()));
          }
        }
      }
    }
    if (!endless.isEmpty()) {
      notes.add(
          "one after the other ("
              + String.join("; ", endless)
              + ") they wait for one another for ever: only the other orders say what is right");
    }
  }

  private static String told(Stop stop) {
    return switch (stop) {
      case TIMEOUT -> "do not end in time (--timeout)";
      case BOUND -> "make too many calls to be followed";
      case DEADLOCK, LIVELOCK -> "wait for ever";
      case KNOWN, DIVERGED -> "cannot be run";
    };
  }

  private ScheduleProof proof(Explorer.Result result, Set<String> points) {
    String differs = judge.differsByItself();
    if (differs != null) {
      notes.add(
          "the programs' own runs differ, one after the other in the same order, so ends were not"
              + " compared: "
              + differs);
    }
    for (String name : judge.masked()) {
      notes.add(name + ": differs from run to run; numbers in it, or all of it, were not compared");
    }
    List<String> observations = new ArrayList<>();
    result
        .notes()
        .forEach((what, times) -> observations.add(what + " (in " + times + " of the schedules)"));
    List<String> all = new ArrayList<>(titles);
    if (result.findings().stream()
        .flatMap(f -> f.steps().stream())
        .anyMatch(s -> s.program() >= titles.size())) {
      all.add("once more, alone, when the others have come to their ends");
    }
    return new ScheduleProof(
        all,
        points.stream()
            .filter(p -> !p.startsWith("p:") && !p.startsWith("s:"))
            .map(p -> Raw.display(p.substring(2)))
            .distinct()
            .sorted()
            .toList(),
        result.schedules(),
        result.classes(),
        result.firstFailing(),
        result.claim(),
        result.findings().stream().sorted(Comparator.comparing(ScheduleFinding::kind)).toList(),
        observations,
        differs == null ? result.undecided() : Math.max(1, result.undecided()),
        notes);
  }
}
