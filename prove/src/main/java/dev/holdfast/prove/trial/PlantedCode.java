package dev.holdfast.prove.trial;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;

/**
 * Notices the victim mapping as code what the attacker put there: it need not come to run it. All
 * else is left to another handler.
 *
 * <p>Threads: the tracer's.
 */
final class PlantedCode implements TraceHandler {
  private static final int PROT_EXEC = 4;

  private final Stage stage;
  private final TraceHandler others;

  PlantedCode(Stage stage, TraceHandler others) {
    this.stage = stage;
    this.others = others;
  }

  @Override
  public Start starts(Task task, Program program) {
    return others.starts(task, program);
  }

  @Override
  public Then beforeCall(Call call) {
    if (call.sysno() != Sysno.MMAP) {
      return others.beforeCall(call);
    }
    boolean code = (call.arg(2) & PROT_EXEC) != 0 && call.intArg(4) >= 0;
    boolean his =
        code
            && stage.striker.isPlanted(stage.resolver.openedBy(call.task(), call.intArg(4)))
            && !stage.resolver.isAttackersOwn(call.task());
    return his ? Then.SHOW_RESULT : Then.GO_ON;
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
