package dev.holdfast.prove.schedule.footprint;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one system call depends on and what it changes. Two calls of different programs whose
 * footprints do not {@linkplain #meets meet} have the same effect in either order.
 *
 * <p>Keys are an aspect and a name: {@code n:} the entry, also an absent one, {@code c:} contents
 * and size, {@code m:} rights, {@code d:} a directory's listing, {@code k:} how many directories it
 * has, {@code l:} locks; {@code p:} a process, by its number, and {@code s:} the signals that it
 * gets.
 *
 * @param call its name, as in its manual page
 * @param names what it is about, raw; the first is what people want to read
 * @param detail how, in a word; empty if there is nothing to say
 * @param effect what it is, apart from its keys
 */
public record Footprint(
    String call,
    List<String> names,
    String detail,
    Effect effect,
    Set<String> reads,
    Set<String> writes) {

  /** What a call is to those who look for holders of locks, and for who waits. */
  public enum Effect {
    NONE,
    /** Gets a name of its own, or fails: {@code O_EXCL}, mkdir(2), link(2), symlink(2). */
    CLAIM,
    /** Takes a name away. */
    REMOVE,
    /** Asks for a lock. */
    LOCK,
    /** Waits for time to pass. */
    SLEEP,
    /** The task ends. */
    EXIT
  }

  /** What nobody else could notice. */
  public static final Footprint NOTHING =
      new Footprint("", List.of(), "", Effect.NONE, Set.of(), Set.of());

  private static final String KILL = "SIGKILL";

  /** What the kernel does to a program, in place of a call. */
  public static Footprint death(Set<String> changes) {
    return new Footprint(KILL, List.of(), "", Effect.EXIT, Set.of(), changes);
  }

  public boolean isDeath() {
    return call.equals(KILL);
  }

  /** A failed call has only looked. */
  public Footprint failed() {
    Set<String> all = new HashSet<>(reads);
    all.addAll(writes);
    return new Footprint(call, names, detail, effect, all, Set.of());
  }

  /** Whether it opens a file that it makes: an empty one is as good as none. */
  public boolean onlyCreates() {
    return detail.contains("create") && writes.stream().anyMatch(key -> key.startsWith("n:"));
  }

  public boolean meets(Footprint other) {
    return touchesAny(other.writes) || other.touchesAny(writes);
  }

  private boolean touchesAny(Set<String> keys) {
    return keys.stream().anyMatch(k -> writes.contains(k) || reads.contains(k));
  }

  /** The same, as far as these keys go. */
  public Footprint within(Set<String> keys) {
    return new Footprint(call, names, detail, effect, common(reads, keys), common(writes, keys));
  }

  private static Set<String> common(Set<String> some, Set<String> keys) {
    Set<String> both = new HashSet<>(some);
    both.retainAll(keys);
    return both;
  }

  public boolean isEmpty() {
    return reads.isEmpty() && writes.isEmpty();
  }
}
