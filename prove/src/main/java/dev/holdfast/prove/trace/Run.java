package dev.holdfast.prove.trace;

import org.jspecify.annotations.Nullable;

/** One program being run by a {@link Tracer}, with everything it starts. */
final class Run {
  final TraceHandler handler;

  /** How many of its tasks live. */
  int alive;

  /** True once it may have tasks of which nobody told: it forked, or was killed and may have. */
  boolean mayHaveLostTasks;

  @Nullable Task root;

  /** As long as the program was not executed yet. */
  @Nullable VictimStart start;

  /** How much of that its handler is shown. */
  TraceHandler.Start shown = TraceHandler.Start.HIDDEN;

  @Nullable Ending rootEnding;

  /** Why we killed it, if we did. */
  @Nullable Ending killed;

  Run(TraceHandler handler) {
    this.handler = handler;
  }
}
