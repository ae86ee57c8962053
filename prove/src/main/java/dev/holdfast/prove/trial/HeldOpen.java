package dev.holdfast.prove.trial;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Raw;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The attacker opens an object before the victim takes the right to, and keeps it open. */
final class HeldOpen implements Tactics {
  private static final int MAX_HELD = 1 << 20;
  private static final byte[] NOTHING = {};

  /** What could be read of it before the victim started: no news to the attacker. */
  private byte[] known = NOTHING;

  /** What stood there when the attacker opened it. */
  private byte[] read = NOTHING;

  @Override
  public void arrive(Stage stage, Move move) {
    known = stage.striker.readable(move.call().object(), MAX_HELD);
  }

  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding) {
    hold(stage, move, NameNow.at(stage, move, call).of(move.call().object()));
    return Then.GO_ON;
  }

  @Override
  public boolean actBeforehand(Stage stage, Move move) {
    hold(stage, move, move.call().object());
    return stage.held() >= 0;
  }

  private void hold(Stage stage, Move move, String path) {
    boolean writing = (move.call().lostRights() & Unistd.W_OK) != 0;
    stage.hold(stage.striker.holdOpen(path, writing, stage.outcome));
    if (stage.held() >= 0) {
      read = Contents.readAll(stage.held(), MAX_HELD);
    }
  }

  /** What can the attacker read or write there that by the name it may not? */
  @Override
  public void judge(Stage stage, Move move) {
    int held = stage.held();
    if (held < 0) {
      return;
    }
    Attacker attacker = stage.setting.attacker();
    byte[] contents = Contents.readAll(held, MAX_HELD);
    Result<byte[]> name =
        Unistd.readlinkat(stage.world.hostProc(), Paths.bytes("thread-self/fd/" + held));
    String path = name.ok() ? Raw.of(name.value()) : "";
    write(stage, held, path);
    boolean mayNow = !path.isEmpty() && attacker.may(path, Unistd.R_OK);
    if (contents.length > 0 && !mayNow && !Arrays.equals(contents, known)) {
      stage.outcome.effect(
          Effect.LEAK,
          path,
          "the attacker reads "
              + contents.length
              + " bytes of "
              + Raw.display(path)
              + " through the descriptor it opened in time; by its name it may not");
    } else if (empties(move.call())
        && read.length > 0
        && !Arrays.equals(read, known)
        && !Contents.contains(contents, read)) {
      stage.outcome.effect(
          Effect.LEAK,
          path,
          "the attacker read "
              + read.length
              + " bytes of "
              + Raw.display(path)
              + " in time; now they do not stand there any more");
    }
  }

  /** The call takes away what stands in the file, and leaves everybody's rights. */
  private static boolean empties(ObservedCall call) {
    return switch (call.operation().action()) {
      case OPEN, TRUNCATE -> true;
      default -> call.site().call() == Sysno.FTRUNCATE;
    };
  }

  private static void write(Stage stage, int held, String path) {
    Result<Statx> stat = Statx.fstat(held);
    boolean named = !path.isEmpty() && stat.ok() && stat.value().nlink() > 0;
    if (!named || stage.setting.attacker().may(path, Unistd.W_OK)) {
      return;
    }
    byte[] injection = Paths.bytes(stage.setting.injection());
    if (Unistd.pwrite(held, injection, 0, injection.length, stat.value().size()).ok()) {
      stage.outcome.effect(
          Effect.INJECT,
          path,
          "the attacker writes to "
              + Raw.display(path)
              + " through the descriptor it opened in time; by its name it may not");
    }
  }
}
