package dev.holdfast.prove.report;

import dev.holdfast.prove.model.ScheduleFinding;

/** The vocabulary of schedules. */
final class ScheduleWords {
  private ScheduleWords() {}

  static String of(ScheduleFinding.Kind kind) {
    return switch (kind) {
      case NOT_SERIAL -> "no order, one after the other, ends like this";
      case DEADLOCK -> "each waits for another one, for ever";
      case TWO_HOLDERS -> "two hold the same lock at once";
      case LIVELOCK -> "none comes to an end";
      case ABORTED -> "one failed because of another, and left something behind";
    };
  }

  static String fix(ScheduleFinding.Kind kind) {
    return switch (kind) {
      case NOT_SERIAL, ABORTED ->
          "hold one exclusive lock from before the first read to after the last write (holdfast"
              + " lock), or write a file of an own name and rename it";
      case DEADLOCK -> "take the locks in one order everywhere (holdfast lock NAME... does)";
      case TWO_HOLDERS ->
          "break a dead holder's lock only under another lock, and look again under it; or take a"
              + " lock that the kernel frees (flock, fcntl)";
      case LIVELOCK -> "let one of them give way, or wait for a lock that the kernel hands over";
    };
  }
}
