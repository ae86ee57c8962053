package dev.holdfast.prove.trial;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.SecretBytes;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attacker waits until the program has ended, and reads what it has left. */
final class LeftOpen implements Tactics {
  private static final int MOST_BYTES = 1 << 20;

  /** Under which names it may be: it may be another one in this run. */
  private final Set<String> names = new LinkedHashSet<>();

  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding) {
    names.add(stage.resolver.absolute(call.task(), Operation.of(call).operands().getFirst()));
    stage.outcome.struck = Outcome.Struck.DONE;
    return Then.GO_ON;
  }

  @Override
  public boolean needsNoMoment() {
    return true;
  }

  @Override
  public void judge(Stage stage, Move move) {
    names.add(move.call().object());
    for (String name : names) {
      byte[] text = Contents.read(Fcntl.AT_FDCWD, Raw.bytes(name), MOST_BYTES);
      if (!stage.setting.attacker().may(name, Unistd.R_OK)) {
        continue;
      }
      for (String source : move.call().sources()) {
        byte[] secret = Contents.read(Fcntl.AT_FDCWD, Raw.bytes(source), MOST_BYTES);
        if (SecretBytes.of(secret).isIn(text)) {
          stage.outcome.effect(
              Effect.LEAK,
              name,
              "the attacker can read in "
                  + Raw.display(name)
                  + " what stands in "
                  + Raw.display(source)
                  + ", which it may not read");
        }
      }
    }
  }
}
