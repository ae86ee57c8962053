package dev.holdfast.prove.trace;

/** What somebody wants to know of a running victim. All methods run on the tracer's thread. */
public interface TraceHandler {
  /** What the tracer does after a stop before a call. */
  enum Then {
    /** The call runs; nothing more is heard of it. */
    GO_ON,
    /** The call runs, and {@link TraceHandler#afterCall} hears of its result. */
    SHOW_RESULT,
    /**
     * As {@link #SHOW_RESULT}; but if the call waits for a partner at a FIFO, {@link
     * TraceHandler#stuck} hears of that, and the victim is killed.
     */
    SHOW_RESULT_OR_STUCK,
    /** The task stands still here until {@link Tracer#release}; all others go on. */
    HOLD,
    /** The whole victim is killed here; the call does not run. */
    KILL
  }

  /** How the program's own execve(2), which a shell would make for it, is taken. */
  enum Start {
    /** Nothing is heard of it; if it fails, the run does. */
    HIDDEN,
    /** As of any call of the program's; if it fails, the run does. */
    SHOWN,
    /** As of any call of the program's; if it fails, the program has ended as in a shell. */
    SHOWN_AND_MAY_FAIL
  }

  /** A program is about to be executed by a task that was made for it. */
  default Start starts(Task task, Program program) {
    return Start.HIDDEN;
  }

  /** A task stands right before a call that was asked for. */
  Then beforeCall(Call call);

  /**
   * The call that {@link Then#SHOW_RESULT} was answered for has returned.
   *
   * @param result the kernel's answer, a negative error number on failure
   */
  default Then afterCall(Call call, long result) {
    return Then.GO_ON;
  }

  /** The call waits for somebody who is not there; the victim is killed now. */
  default void stuck(Call call) {}

  /** A task replaced its program. */
  default void afterExec(Task task) {}

  /** Whether a new process stands still until {@link Tracer#begin}. */
  default boolean holdsNewProcesses() {
    return false;
  }

  /** A task started another. */
  default void started(Task parent, Task child) {}

  /** A task ended. */
  default void ended(Task task, Ending ending) {}
}
