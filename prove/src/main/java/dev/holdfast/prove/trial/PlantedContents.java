package dev.holdfast.prove.trial;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.payload.ProcessNumber;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.EnumSet;
import java.util.Set;

/**
 * Notices the victim believing what the attacker put there where that leaves no mark: mapping it as
 * code, which need not come to run, or signalling the process that it names. All else is left to
 * another handler.
 *
 * <p>Threads: the tracer's.
 */
final class PlantedContents implements TraceHandler {
  /** What must be stopped at for that. */
  static final Set<Sysno> CALLS = EnumSet.of(Sysno.MMAP, Sysno.KILL);

  private static final int PROT_EXEC = 4;

  private final Stage stage;
  private final TraceHandler others;

  PlantedContents(Stage stage, TraceHandler others) {
    this.stage = stage;
    this.others = others;
  }

  @Override
  public Start starts(Task task, Program program) {
    return others.starts(task, program);
  }

  @Override
  public Then beforeCall(Call call) {
    return switch (call.sysno()) {
      case MMAP -> mapsPlanted(call) ? Then.SHOW_RESULT : Then.GO_ON;
      case KILL -> signals(call);
      default -> others.beforeCall(call);
    };
  }

  private boolean mapsPlanted(Call call) {
    boolean code = (call.arg(2) & PROT_EXEC) != 0 && call.intArg(4) >= 0;
    return code
        && stage.striker.isPlanted(stage.resolver.openedBy(call.task(), call.intArg(4)))
        && !stage.resolver.isAttackersOwn(call.task());
  }

  /** The signal itself would be for the first process of the world, which is ours. */
  private Then signals(Call call) {
    boolean named =
        isForTheFirst(call)
            && stage.striker.planted().stream().anyMatch(p -> ProcessNumber.isIn(p.content()))
            && !stage.resolver.isAttackersOwn(call.task());
    if (!named) {
      return Then.GO_ON;
    }
    signalled(call, stage.outcome);
    return Then.KILL;
  }

  /**
   * Whoever signals that process anyway does not believe the file: see {@link Outcome#discount}.
   */
  static Then watchUntouched(Call call, Outcome outcome) {
    if (isForTheFirst(call)) {
      signalled(call, outcome);
    }
    return Then.GO_ON;
  }

  private static boolean isForTheFirst(Call call) {
    return Math.abs(call.intArg(0)) == ProcessNumber.PROCESS && call.intArg(1) != 0;
  }

  private static void signalled(Call call, Outcome outcome) {
    outcome.effect(
        Effect.SIGNAL,
        "process",
        "the victim sends signal "
            + call.intArg(1)
            + " to the process that the attacker's file names");
  }

  @Override
  public Then afterCall(Call call, long result) {
    if (call.sysno() != Sysno.MMAP) {
      return others.afterCall(call, result);
    }
    if (!new SyscallResult(result).failed()) {
      stage.outcome.effect(Effect.EXEC, "program", "the victim mapped the attacker's file as code");
    }
    return Then.GO_ON;
  }

  @Override
  public void stuck(Call call) {
    others.stuck(call);
  }
}
