package dev.holdfast.prove.schedule.footprint;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What calls have shown so far on which the footprints of others depend: where locks are taken,
 * which files have several names, whether signals are sent; and which calls nobody follows. It only
 * ever grows.
 *
 * <p>Threads: one at a time.
 */
public final class Seen {
  /**
   * When this process began, in seconds as files count them. It is asked for here, and not in a
   * world, whose procfs does not show this process.
   */
  static final long BEGAN =
      ProcessHandle.current().info().startInstant().map(Instant::getEpochSecond).orElse(0L);

  /** Names on which some program took a lock: to close them may free it. */
  final Set<String> locked = new HashSet<>();

  /** Files that were seen to have several names. */
  final Set<String> linked = new HashSet<>();

  private final Set<String> unknown = new TreeSet<>();

  /** Whether some program looks whether another one lives, or sends it signals. */
  boolean signals;

  private boolean sends;

  public void add(Seen other) {
    locked.addAll(other.locked);
    linked.addAll(other.linked);
    unknown.addAll(other.unknown);
    signals |= other.signals;
    sends |= other.sends;
  }

  /** Some program takes locks there. */
  public void locks(String name) {
    locked.add(name);
  }

  /** Some call is not followed. */
  public void unknown(String what) {
    unknown.add(what);
  }

  /** The calls that are not followed, for people. */
  public Set<String> unknown() {
    return new TreeSet<>(unknown);
  }

  void sendsSignals() {
    sends = true;
  }

  /** Whether some program sends signals. */
  public boolean sends() {
    return sends;
  }
}
