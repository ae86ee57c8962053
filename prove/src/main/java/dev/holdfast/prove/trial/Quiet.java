package dev.holdfast.prove.trial;

import dev.holdfast.prove.trace.Tracer;

/**
 * Tells when a program does nothing any more: at two looks in a row all of its tasks sleep, and
 * none came to a stop in between.
 */
final class Quiet {
  /** A task that was woken runs within this time, if a processor is free. */
  private static final long BETWEEN_NANOS = 20_000_000;

  private long looked;
  private long events = -1;

  boolean is(Tracer tracer) {
    long now = System.nanoTime();
    if (events >= 0 && now - looked < BETWEEN_NANOS) {
      return false;
    }
    long before = events;
    looked = now;
    events = tracer.allAsleep() ? tracer.events() : -1;
    return before >= 0 && before == events;
  }
}
