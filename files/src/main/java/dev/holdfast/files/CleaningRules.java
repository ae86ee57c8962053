package dev.holdfast.files;

import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a {@link Cleaner} removes. Immutable: each method answers a changed copy.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * @param olderThan how long ago the newest of the times must be
 * @param times which times are looked at
 * @param sparesOpenFiles leave a file that any process has open
 * @param dryRun judge only
 * @param excluded paths, beginning with the cleaned directory as it was given, that stay with all
 *     that is below them
 * @param clock what time it is
 */
public record CleaningRules(
    Duration olderThan,
    Set<Time> times,
    boolean sparesOpenFiles,
    boolean dryRun,
    Predicate<String> excluded,
    Clock clock) {

  /** The times a file has, inode(7). */
  public enum Time {
    /** Of the last reading; not looked at for directories, which cleaners themselves read. */
    ACCESS,
    /** Of the creation, where the file system keeps it. */
    BIRTH,
    /** Of the last change of owner, mode or name: nobody can set it back. */
    CHANGE,
    /** Of the last writing. */
    MODIFY
  }

  public CleaningRules {
    if (olderThan.isNegative() || times.isEmpty()) {
      throw new IllegalArgumentException("an age, and at least one time to tell it by");
    }
    times = Set.copyOf(times);
  }

  /** All four times must be older; open files stay. */
  public static CleaningRules olderThan(Duration age) {
    return new CleaningRules(
        age, EnumSet.allOf(Time.class), true, false, path -> false, Clock.systemUTC());
  }

  public CleaningRules by(Time first, Time... rest) {
    return by(EnumSet.of(first, rest));
  }

  public CleaningRules by(Set<Time> those) {
    return new CleaningRules(olderThan, those, sparesOpenFiles, dryRun, excluded, clock);
  }

  public CleaningRules withSparesOpenFiles(boolean spares) {
    return new CleaningRules(olderThan, times, spares, dryRun, excluded, clock);
  }

  public CleaningRules withDryRun(boolean dry) {
    return new CleaningRules(olderThan, times, sparesOpenFiles, dry, excluded, clock);
  }

  public CleaningRules excluding(Predicate<String> paths) {
    return new CleaningRules(olderThan, times, sparesOpenFiles, dryRun, paths, clock);
  }

  public CleaningRules withClock(Clock other) {
    return new CleaningRules(olderThan, times, sparesOpenFiles, dryRun, excluded, other);
  }
}
