package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.schedule.footprint.Footprints;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Task;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * At which calls programs are held: those on what is shared, and those that wait for time to pass.
 * What is met on the way is learned.
 *
 * <p>Threads: the tracer's.
 */
final class Points {
  private final Set<String> keys;
  private final Footprints footprints;
  private final Learned learned;

  /**
   * @param keys that more than one program touches
   * @param learned grows with what is seen
   */
  Points(Set<String> keys, Footprints footprints, Learned learned) {
    this.keys = keys;
    this.footprints = footprints;
    this.learned = learned;
  }

  /** What a call depends on and changes; null if it is nobody else's affair. */
  @Nullable Footprint footprint(Call call) {
    return footprints.of(call);
  }

  /** Notes what a program is about to touch; true if another one could notice. */
  boolean isPoint(Actor actor, Footprint footprint) {
    learned.touches(actor.number, footprint);
    return footprint.effect() == Effect.SLEEP
        || footprint.reads().stream().anyMatch(keys::contains)
        || footprint.writes().stream().anyMatch(keys::contains);
  }

  /** What others can know of it. */
  Footprint shared(Footprint footprint) {
    return footprint.within(keys);
  }

  /** What a program's sudden end changes: any of its locks, and that it lives. */
  Footprint death() {
    Set<String> some = new HashSet<>(keys);
    some.removeIf(key -> !key.startsWith("l:") && !key.startsWith("p:"));
    return Footprint.death(some);
  }

  /** A process has made a pipe. */
  void madePipe(Call call, long result) {
    if (result >= 0) {
      footprints.madePipe(call);
    }
  }

  /** A call was made: by some, programs may reach one another unseen. */
  void made(Call call, long result) {
    String what = result < 0 ? null : footprints.notFollowed(call);
    if (what != null) {
      learned.seen.unknown(what);
    }
  }

  /** A call on what is shared was made: what it opens for reading without calls is not followed. */
  void made(Footprint footprint) {
    if (footprint.reads().stream().anyMatch(k -> k.startsWith("b:") && keys.contains(k))) {
      learned.seen.unknown(footprint.call() + " (of a file that another program writes)");
    }
  }

  /** Whether programs may reach one another unseen by this call. */
  boolean isNotFollowed(Call call) {
    return footprints.notFollowed(call) != null;
  }

  /** Somebody looks at the same thing again and again. */
  void spins() {
    learned.waits = true;
  }

  /** How many times longer than usual who looks at the same thing again and again may go on. */
  int patience() {
    return learned.patience;
  }

  /** The command line of a task's process, for people. */
  String commandOf(Task task) {
    return footprints.commandOf(task);
  }
}
