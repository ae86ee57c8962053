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
  static final Set<Sysno> CALLS = calls();

  private static final int PROT_EXEC = 4;

  private final Stage stage;
  private final TraceHandler others;

  private static Set<Sysno> calls() {
    Set<Sysno> calls = EnumSet.copyOf(SentSignals.CALLS);
    calls.add(Sysno.MMAP);
    return calls;
  }

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
    if (call.sysno() == Sysno.MMAP) {
      return mapsPlanted(call) ? Then.SHOW_RESULT : Then.GO_ON;
    }
    return SentSignals.CALLS.contains(call.sysno()) ? signals(call) : others.beforeCall(call);
  }

  private boolean mapsPlanted(Call call) {
    boolean code = (call.arg(2) & PROT_EXEC) != 0 && call.intArg(4) >= 0;
    return code
        && stage.striker.isPlanted(stage.resolver.openedBy(call.task(), call.intArg(4)))
        && !stage.resolver.isAttackersOwn(call.task());
  }

  /** The signal itself would be for the first process of the world, which is ours. */
  private Then signals(Call call) {
    int signal = SentSignals.sent(call, stage.world.hostProc());
    boolean named =
        signal != 0
            && stage.striker.planted().stream().anyMatch(p -> ProcessNumber.isIn(p.content()))
            && !stage.resolver.isAttackersOwn(call.task());
    if (!named) {
      return Then.GO_ON;
    }
    signalled(signal, stage.outcome);
    return Then.KILL;
  }

  /**
   * Whoever signals that process anyway does not believe the file: see {@link Outcome#discount}.
   */
  static Then watchUntouched(Call call, Stage stage) {
    int signal = SentSignals.sent(call, stage.world.hostProc());
    if (signal != 0) {
      signalled(signal, stage.outcome);
    }
    return Then.GO_ON;
  }

  private static void signalled(int signal, Outcome outcome) {
    outcome.effect(
        Effect.SIGNAL,
        "process",
        "the victim sends signal " + signal + " to the process that the attacker's file names");
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
