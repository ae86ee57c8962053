package dev.holdfast.prove.trace;

import org.jspecify.annotations.Nullable;

/** One program being run by a {@link Tracer}, with everything it starts. */
final class Run {
  final TraceHandler handler;

  /** How many of its tasks live. */
  int alive;

  @Nullable Task root;
  @Nullable Ending rootEnding;

  /** Why we killed it, if we did. */
  @Nullable Ending killed;

  Run(TraceHandler handler) {
    this.handler = handler;
  }
}
