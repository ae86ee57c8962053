package dev.holdfast.prove.trial;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Contents;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attacker makes what the program will make, in a directory that is not closed to it yet, and
 * keeps it open.
 */
final class LeftBehind implements Tactics {
  private static final int MOST_BYTES = 1 << 20;

  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding) {
    NameNow now = NameNow.at(stage, move, call);
    List<String> names = move.call().names().stream().map(now::of).toList();
    SyscallResult made = stage.striker.leave(names);
    stage.outcome.struck = made.ok() ? Outcome.Struck.DONE : Outcome.Struck.FAILED;
    if (made.failed()) {
      stage.outcome.evidence.add("the attacker could not do it: " + made);
    }
    return Then.GO_ON;
  }

  @Override
  public void judge(Stage stage, Move move) {
    for (Striker.Planted file : stage.striker.planted()) {
      byte[] now = Contents.readAll(file.fd(), MOST_BYTES);
      if (now.length > 0 && !Arrays.equals(now, file.content())) {
        stage.outcome.effect(
            Effect.LEAK,
            move.call().object(),
            "the attacker reads in its own file what the program wrote to a name in the directory"
                + " that it had closed to others");
      }
    }
  }
}
