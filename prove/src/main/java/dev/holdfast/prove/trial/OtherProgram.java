package dev.holdfast.prove.trial;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Binding;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Another program runs while the victim stands still. */
final class OtherProgram implements Tactics {
  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding) {
    // It may wait for what the victim holds; then both go on.
    stage.tracer.runBeside(
        program(stage, move),
        stage.setting.limit().dividedBy(4),
        ending -> {
          over(stage.outcome, ending);
          stage.tracer.release(call, ForeverHandler.watch(call));
        });
    return Then.HOLD;
  }

  @Override
  public boolean actBeforehand(Stage stage, Move move) {
    Ending ending =
        stage.tracer.run(program(stage, move), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
    over(stage.outcome, ending);
    stage.tracer.restartLimit(stage.setting.limit());
    return true;
  }

  private static Program program(Stage stage, Move move) {
    return stage.setting.shell().apply(Objects.requireNonNull(move.command()));
  }

  private static void over(Outcome outcome, @Nullable Ending ending) {
    if (ending == null) {
      outcome.struck = Outcome.Struck.DONE;
      outcome.evidence.add("the other program waited for this one");
      return;
    }
    outcome.struck = ending.code() == 0 ? Outcome.Struck.DONE : Outcome.Struck.FAILED;
    if (ending.code() != 0) {
      outcome.evidence.add(
          "the other program ended with "
              + ending.code()
              + ": "
              + VictimOutput.lastLines().strip());
    }
  }

  @Override
  public Set<Sysno> alsoStopsAt() {
    // A FIFO that the other program put there may be opened long after.
    return ForeverHandler.CALLS;
  }

  @Override
  public void ended(Stage stage, Move move) {
    // No invariant holds for a program that never finishes.
    stage.outcome.checkBroken |= stage.outcome.stuck;
  }
}
