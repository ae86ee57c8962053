package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The class of a schedule so far (its Mazurkiewicz trace): schedules that order the same calls
 * alike wherever their footprints meet have led to the same state, and have one number.
 *
 * <p>Threads: one at a time.
 */
public final class History {
  private static final long START = 0x9e3779b97f4a7c15L;

  private final Map<Integer, Long> last = new HashMap<>();
  private final Map<String, Long> written = new HashMap<>();

  /** Of each key, the sum of those who read it since it was last written. */
  private final Map<String, Long> read = new HashMap<>();

  private long sum;

  /** One more call was made. */
  void add(int actor, String task, Footprint footprint, boolean failed) {
    long event = mix(last.getOrDefault(actor, START + actor), task.hashCode());
    event = mix(event, footprint.call().hashCode() * 2L + (failed ? 1 : 0));
    TreeSet<String> keys = new TreeSet<>(footprint.reads());
    keys.addAll(footprint.writes());
    for (String key : keys) {
      event = mix(event, key.hashCode());
      event = mix(event, written.getOrDefault(key, START));
      if (footprint.writes().contains(key)) {
        event = mix(event, read.getOrDefault(key, 0L));
      }
    }
    for (String key : keys) {
      if (footprint.writes().contains(key)) {
        written.put(key, event);
        read.remove(key);
      } else {
        read.merge(key, event, Long::sum);
      }
    }
    last.put(actor, event);
    sum += mix(event, actor);
  }

  /** The number of the class. */
  long number() {
    return sum;
  }

  private static long mix(long a, long b) {
    long x = (a ^ Long.rotateLeft(b * START, 31)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
