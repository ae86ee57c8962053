package dev.holdfast.prove.trial;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.watch.Operation;
import java.util.EnumSet;
import java.util.Set;

/**
 * Only notices if the victim would go on for ever: waits at a FIFO for nobody, or tries again and
 * again what cannot work. Either would take all of its time.
 */
final class ForeverHandler implements TraceHandler {
  /** What must be stopped at for that. */
  static final Set<Sysno> CALLS = EnumSet.of(Sysno.OPEN, Sysno.CREAT, Sysno.OPENAT, Sysno.OPENAT2);

  /**
   * Failures in a row that count as an endless loop. A program that copies that many files to a
   * full disk is misjudged.
   */
  private static final int HOPELESS = 10_000;

  /** Another name does not help against these, nor does another try. */
  private static final Set<Errno> NO_HELP =
      EnumSet.of(Errno.ENOSPC, Errno.EDQUOT, Errno.EMFILE, Errno.ENFILE, Errno.EROFS);

  private final Outcome outcome;
  private int inRow;

  ForeverHandler(Outcome outcome) {
    this.outcome = outcome;
  }

  /** What the tracer must watch in this call. */
  static Then watch(Call call) {
    if (!CALLS.contains(call.sysno())) {
      return Then.GO_ON;
    }
    Operation operation = Operation.of(call);
    // What is created exclusively is no FIFO that was there.
    return operation.mayBlock() && !operation.exclusive()
        ? Then.SHOW_RESULT_OR_STUCK
        : Then.SHOW_RESULT;
  }

  @Override
  public Start starts(Task task, Program program) {
    return Start.SHOWN_AND_MAY_FAIL;
  }

  @Override
  public Then beforeCall(Call call) {
    return watch(call);
  }

  @Override
  public Then afterCall(Call call, long result) {
    SyscallResult answer = new SyscallResult(result);
    inRow = answer.failed() && NO_HELP.contains(answer.errno()) ? inRow + 1 : 0;
    if (inRow < HOPELESS) {
      return Then.GO_ON;
    }
    forEver("tries " + call.sysno().callName() + " again and again: " + answer.errno());
    return Then.KILL;
  }

  @Override
  public void stuck(Call call) {
    forEver("waits in " + call.sysno().callName());
  }

  private void forEver(String what) {
    outcome.stuck = true;
    outcome.touched("the victim " + what + " for ever");
  }
}
