package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.explore.Explorer;
import dev.holdfast.prove.schedule.explore.ReplayId;
import dev.holdfast.prove.schedule.footprint.ObjectNames;
import dev.holdfast.prove.schedule.judge.Judge;
import dev.holdfast.prove.schedule.judge.Orders;
import dev.holdfast.prove.schedule.judge.SerialEnds;
import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import dev.holdfast.prove.schedule.run.Family;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.Worlds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
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

  /**
   * Whether this is the id of a schedule.
   *
   * @param programs how many run together
   * @param inside whether it is one of the processes of one command instead
   */
  public static boolean isReplay(String id, int programs, boolean inside) {
    if (inside) {
      return ReplayId.parse(id, new Family()) != null;
    }
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
    if (runner.family() == null) {
      serialOrders();
    } else {
      firstRun();
    }
    Set<String> points = learned.points(how.crash());
    if (points.isEmpty() && (runner.family() != null || judge.ends().hasOrders())) {
      boolean followed = learned.seen.unknown().isEmpty();
      Claim claim =
          followed
              ? new Claim(Extent.COMPLETE, Integer.MAX_VALUE, "")
              : new Claim(
                  Extent.SAMPLED,
                  -1,
                  "calls that are not followed: " + String.join(", ", learned.seen.unknown()));
      return proof(new Explorer.Result(claim, 0, 0, 0, 0, List.of(), Map.of()), points);
    }
    Explorer explorer =
        new Explorer(
            runner,
            judge,
            learned,
            how,
            jobs,
            progress::isCancelled,
            done -> progress.step("schedules", done, 0));
    Explorer.Result result = replay == null ? explorer.explore() : explorer.replay(replay);
    return proof(result, explorer.points());
  }

  /**
   * Runs all orders, one after the other. Where programs wait for one another at a lock or a pipe
   * some orders, or all, come to no end: that is found among the schedules, and compared with the
   * others.
   */
  private void serialOrders() throws SerialException {
    List<List<Integer>> orders = Orders.of(runner.everybody());
    List<String> endless = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      progress.step("serial orders", i, orders.size());
      List<Integer> order = orders.get(i);
      Trace trace =
          runner.run(runner.everybody(), List.of(), order, Set.of(), learned, Chooser.SERIAL);
      if (trace.stop() != null && trace.forOneAnother()) {
        learned.add(trace.learned());
        endless.add(SerialEnds.told(order));
        continue;
      }
      if (trace.stop() != null) {
        throw new SerialException(
            "one after the other ("
                + SerialEnds.told(order)
                + ") the programs "
                + told(trace.stop())
                + (trace.explanation().isEmpty()
                    ? ""
                    : " (" + String.join("; ", trace.explanation()) + ")")
                + ": there is nothing to compare schedules with");
      }
      learned.add(trace.learned());
      judge.ends().add(order, trace);
      if (i == endless.size()) {
        for (int who = 0; who < runner.size(); who++) {
          int code = trace.endings().get(who).code();
          if (code != 0) {
            notes.add(
                Actor.name(who)
                    + " ends with "
                    + code
                    + " even when nobody disturbs it: "
                    + Raw.display(trace.said(who).strip()));
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

  /** What the tasks of one command touch: later runs stop them there. */
  private void firstRun() throws SerialException {
    Trace trace =
        runner.run(
            runner.everybody(), List.of(), runner.everybody(), Set.of(), learned, Chooser.USUAL);
    learned.add(trace.learned());
    if (trace.stop() == Stop.TIMEOUT || trace.stop() == Stop.BOUND) {
      throw new SerialException(
          "the command's tasks " + told(trace.stop()) + ": there is nothing to try");
    }
    if (trace.stop() == null && trace.endings().getFirst().code() != 0) {
      notes.add(
          "the command ends with "
              + trace.endings().getFirst().code()
              + ": "
              + Raw.display(trace.said(0).strip()));
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
    String differs = judge.ends().differsByItself();
    if (differs != null) {
      notes.add(
          "the programs' own runs differ, one after the other in the same order, so ends were not"
              + " compared: "
              + differs);
    }
    for (String name : judge.ends().masked()) {
      notes.add(name + ": differs from run to run; numbers in it, or all of it, were not compared");
    }
    List<Integer> inOneOrder = learned.inOneOrder.stream().sorted().toList();
    if (!inOneOrder.isEmpty() && runner.family() == null) {
      notes.add(
          String.join(" and ", inOneOrder.stream().map(Actor::name).toList())
              + (inOneOrder.size() > 1 ? " have" : " has")
              + " several tasks that could go at once: those of one program keep one order. They"
              + " are tried against one another too by --inside -- sh -c '"
              + String.join(" & ", IntStream.range(0, titles.size()).mapToObj(Actor::name).toList())
              + " & wait', with the commands in place of the letters");
    }
    List<String> observations = new ArrayList<>();
    result
        .notes()
        .forEach((what, times) -> observations.add(what + " (in " + times + " of the schedules)"));
    List<String> all = new ArrayList<>(titles);
    List<ScheduleFinding> findings = result.findings();
    Family family = runner.family();
    if (family != null) {
      Involved involved = Involved.in(findings, family);
      findings = involved.findings();
      all = involved.titles().isEmpty() ? all : new ArrayList<>(involved.titles());
    } else if (findings.stream()
        .flatMap(f -> f.steps().stream())
        .anyMatch(s -> s.program() >= titles.size())) {
      all.add("once more, alone, when the others have come to their ends");
    }
    return new ScheduleProof(
        all,
        points.stream()
            .filter(p -> !p.startsWith("p:") && !p.startsWith("s:"))
            .map(p -> Raw.display(ObjectNames.forPeople(p.substring(2))))
            .distinct()
            .sorted()
            .toList(),
        result.schedules(),
        result.classes(),
        result.firstFailing(),
        result.claim(),
        findings.stream().sorted(Comparator.comparing(ScheduleFinding::kind)).toList(),
        observations,
        differs == null ? result.undecided() : Math.max(1, result.undecided()),
        notes);
  }
}
