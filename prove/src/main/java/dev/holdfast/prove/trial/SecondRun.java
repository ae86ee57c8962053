package dev.holdfast.prove.trial;

import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Binding;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The same command runs while the first one stands still. */
final class SecondRun implements Tactics {
  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding) {
    Outcome outcome = stage.outcome;
    outcome.struck = Outcome.Struck.DONE;
    // It may wait for what the first one holds; then both go on.
    Duration patience = stage.setting.baseline().multipliedBy(4).plusMillis(200);
    stage.tracer.runBeside(
        stage.setting.victim(),
        patience,
        ending -> {
          outcome.evidence.add(
              ending == null
                  ? "the second run waited for the first"
                  : "the second run ended with " + ending.code());
          stage.tracer.release(call, Then.GO_ON);
        });
    return Then.HOLD;
  }

  @Override
  public boolean hasControl() {
    return false;
  }
}
