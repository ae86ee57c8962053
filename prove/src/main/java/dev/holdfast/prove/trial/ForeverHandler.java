package dev.holdfast.prove.trial;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.observe.Operation;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.EnumSet;
import java.util.Set;

/** Only notices if the victim waits at a FIFO for nobody, which would take all of its time. */
final class ForeverHandler implements TraceHandler {
  /** What must be stopped at for that. */
  static final Set<Sysno> CALLS = EnumSet.of(Sysno.OPEN, Sysno.CREAT, Sysno.OPENAT, Sysno.OPENAT2);

  private final Outcome outcome;

  ForeverHandler(Outcome outcome) {
    this.outcome = outcome;
  }

  /** True if the call would wait at a FIFO until somebody comes. */
  static boolean mayWait(Call call) {
    return CALLS.contains(call.sysno()) && Operation.of(call).mayBlock();
  }

  static void stuck(Call call, Outcome outcome) {
    outcome.stuck = true;
    outcome.touched("the victim waits in " + call.sysno().callName() + " for ever");
  }

  @Override
  public Then beforeCall(Call call) {
    return mayWait(call) ? Then.SHOW_RESULT_OR_STUCK : Then.GO_ON;
  }

  @Override
  public void stuck(Call call) {
    stuck(call, outcome);
  }
}
