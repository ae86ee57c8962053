package dev.holdfast.files.tree;

import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a {@link Cleaner} removes. Immutable: each method answers a changed copy.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class CleaningRules {
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

  private final Duration olderThan;
  private final Set<Time> times;
  private final boolean sparesOpenFiles;
  private final boolean sparesSockets;
  private final boolean dryRun;
  private final Predicate<String> excluded;
  private final Clock clock;

  private CleaningRules(
      Duration olderThan,
      Set<Time> times,
      boolean sparesOpenFiles,
      boolean sparesSockets,
      boolean dryRun,
      Predicate<String> excluded,
      Clock clock) {
    if (olderThan.isNegative() || times.isEmpty()) {
      throw new IllegalArgumentException("an age, and at least one time to tell it by");
    }
    this.olderThan = olderThan;
    this.times = Set.copyOf(times);
    this.sparesOpenFiles = sparesOpenFiles;
    this.sparesSockets = sparesSockets;
    this.dryRun = dryRun;
    this.excluded = excluded;
    this.clock = clock;
  }

  /**
   * What is older by all four times; open files and sockets stay.
   *
   * @param age how long ago the newest of the times must be
   */
  public static CleaningRules olderThan(Duration age) {
    return new CleaningRules(
        age, EnumSet.allOf(Time.class), true, true, false, path -> false, Clock.systemUTC());
  }

  /** Looks at these times only. */
  public CleaningRules by(Time first, Time... rest) {
    return by(EnumSet.of(first, rest));
  }

  /** The same. */
  public CleaningRules by(Set<Time> those) {
    return new CleaningRules(
        olderThan, those, sparesOpenFiles, sparesSockets, dryRun, excluded, clock);
  }

  /** Whether a file that any process has open stays. */
  public CleaningRules withSparesOpenFiles(boolean spares) {
    return new CleaningRules(olderThan, times, spares, sparesSockets, dryRun, excluded, clock);
  }

  /**
   * Whether all sockets stay, or only those that a process has bound. To ask the kernel needs the
   * right to write to the socket; where that is missing it stays.
   */
  public CleaningRules withSparesSockets(boolean spares) {
    return new CleaningRules(olderThan, times, sparesOpenFiles, spares, dryRun, excluded, clock);
  }

  /** Whether it only judges. */
  public CleaningRules withDryRun(boolean dry) {
    return new CleaningRules(
        olderThan, times, sparesOpenFiles, sparesSockets, dry, excluded, clock);
  }

  /**
   * Leaves what has such a path, with all that is below it.
   *
   * @param paths asked about paths that begin with the cleaned directory as it was given
   */
  public CleaningRules excluding(Predicate<String> paths) {
    return new CleaningRules(
        olderThan, times, sparesOpenFiles, sparesSockets, dryRun, paths, clock);
  }

  /** By this clock. */
  public CleaningRules withClock(Clock other) {
    return new CleaningRules(
        olderThan, times, sparesOpenFiles, sparesSockets, dryRun, excluded, other);
  }

  public Duration olderThan() {
    return olderThan;
  }

  public Set<Time> times() {
    return times;
  }

  public boolean sparesOpenFiles() {
    return sparesOpenFiles;
  }

  public boolean sparesSockets() {
    return sparesSockets;
  }

  public boolean dryRun() {
    return dryRun;
  }

  public Predicate<String> excluded() {
    return excluded;
  }

  public Clock clock() {
    return clock;
  }
}
