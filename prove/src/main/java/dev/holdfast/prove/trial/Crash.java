package dev.holdfast.prove.trial;

import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Binding;
import org.jspecify.annotations.Nullable;

/** The victim dies. */
final class Crash implements Tactics {
  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding) {
    stage.outcome.struck = Outcome.Struck.DONE;
    return Then.KILL;
  }

  @Override
  public boolean hasControl() {
    return false;
  }
}
