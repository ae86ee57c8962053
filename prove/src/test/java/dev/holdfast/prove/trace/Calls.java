package dev.holdfast.prove.trace;

import dev.holdfast.libc.Sysno;
import java.util.Arrays;

/** Calls as a tracer would show them, of this very process: their strings are in its memory. */
public final class Calls {
  private Calls() {}

  /** A task of this process. */
  public static Task task(String path) {
    return Task.program(
        new Run(_ -> TraceHandler.Then.GO_ON), path, (int) ProcessHandle.current().pid());
  }

  /** One more thread of a task of this process, or another process. */
  public static Task child(Task origin, boolean thread) {
    return origin.child(origin.tid(), thread);
  }

  public static Call of(Task task, Sysno sysno, long... arguments) {
    return new Call(task, sysno, Arrays.copyOf(arguments, 6), new byte[Call.MAX_STRING]);
  }
}
