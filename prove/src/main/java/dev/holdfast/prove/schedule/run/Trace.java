package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.trace.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One schedule that was run.
 *
 * @param choices who went at each decision
 * @param turns what came of each of them
 * @param nodes the decisions behind the given ones, for whoever wants to decide otherwise there
 * @param stop why it did not come to its end; null if it did
 * @param explanation of the stop, line by line
 * @param footprints of the steps
 * @param waits where one had to wait
 * @param state what was left behind
 * @param written of each program, the names it changed, raw
 * @param outputs what each program printed
 * @param errors what each program said on its standard error
 * @param claims where two programs held the same name at once
 * @param released names that were made exclusively and removed by the same program, raw
 * @param learned what this run has shown
 * @param killed who was killed; -1 if nobody was
 * @param later what ran after all the others; null if nothing did. Its calls are the last steps
 * @param spin where one that looks again and again was first kept from going on; null if none was
 * @param forOneAnother where it stopped, whether those that are left wait at locks or pipes
 */
public record Trace(
    List<Integer> choices,
    List<Turn> turns,
    List<Node> nodes,
    @Nullable Stop stop,
    List<String> explanation,
    List<ScheduleStep> steps,
    List<Footprint> footprints,
    List<ScheduleWait> waits,
    Map<String, Thing> state,
    List<Set<String>> written,
    List<String> outputs,
    List<String> errors,
    List<Ending> endings,
    List<Claims.Overlap> claims,
    Set<String> released,
    Learned learned,
    int killed,
    @Nullable Later later,
    @Nullable Spin spin,
    boolean forOneAnother) {

  /** Why a schedule was not run to its end. */
  public enum Stop {
    /** From here on it goes as one that was run already. */
    KNOWN,
    DEADLOCK,
    LIVELOCK,
    /** More steps than the limit. */
    BOUND,
    TIMEOUT,
    /** It did not come to the decisions that were given: something differs from run to run. */
    DIVERGED
  }

  /**
   * A program that ran when all the others had come to their ends, alone.
   *
   * @param program whose command it is
   * @param stop why it did not come to its end; null if it did
   * @param explanation of the stop, line by line
   * @param state what was left behind then
   */
  public record Later(
      int program,
      @Nullable Stop stop,
      List<String> explanation,
      Map<String, Thing> state,
      String output,
      Ending ending) {}

  /**
   * One who looks again and again, and sees the same, is kept from going on until others have.
   *
   * @param index of the decision
   * @param about what it looks at, for people
   */
  public record Spin(int who, int index, String about) {}

  /** What was decided; it may be {@link Chooser#STOP}. */
  public record Node(Decision at, int chosen) {}

  /**
   * What came of a decision.
   *
   * @param made the calls on what is shared
   * @param idle whether it was none, since who went has to wait
   */
  public record Turn(int who, List<Footprint> made, boolean idle) {
    /** Whether something was changed that others notice. */
    boolean changes() {
      return made.stream().anyMatch(f -> !f.writes().isEmpty());
    }

    /** Whether the order of the two cannot matter. */
    public boolean commutes(Turn other) {
      return who != other.who
          && made.stream().noneMatch(mine -> other.made.stream().anyMatch(mine::meets));
    }
  }

  /**
   * Whether the same was done, in the same order, and with the same results; names that only one
   * program knows may be others.
   */
  public boolean goesLike(Trace other) {
    return told().equals(other.told());
  }

  private List<List<Object>> told() {
    List<List<Object>> all = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      ScheduleStep step = steps.get(i);
      Footprint did = footprints.get(i);
      all.add(
          List.of(
              step.program(), step.task(), step.call(), step.result(), did.reads(), did.writes()));
    }
    return all;
  }

  /** All that a program printed. */
  public String said(int who) {
    return outputs.get(who) + errors.get(who);
  }

  public int preemptions() {
    return (int) steps.stream().filter(ScheduleStep::preempts).count();
  }
}
