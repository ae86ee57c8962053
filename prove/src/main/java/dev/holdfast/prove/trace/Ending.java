package dev.holdfast.prove.trace;

/** How a program ended. */
public sealed interface Ending {
  /** It called exit. */
  record Exited(int status) implements Ending {}

  /** A signal killed it. */
  record Killed(int signal) implements Ending {}

  /** We killed it, because a handler asked for it. */
  record Stopped() implements Ending {}

  /** It has not ended: it waits for something from outside. */
  record Waiting() implements Ending {}

  /** We killed it, because its time was over. */
  record TimedOut() implements Ending {}

  /** We killed it: it calls the kernel in a way that cannot be followed (i386 or x32). */
  record Foreign() implements Ending {}

  /** The code of one that has not ended; no status of a process. */
  int STILL_RUNS = 256;

  /** As a shell counts: the status, or 128 plus the signal; 124 for a time-out as timeout(1). */
  default int code() {
    return switch (this) {
      case Exited(int status) -> status;
      case Killed(int signal) -> 128 + signal;
      case Stopped _ -> 128 + 9;
      case Waiting _ -> STILL_RUNS;
      case TimedOut _ -> 124;
      case Foreign _ -> 126;
    };
  }
}
