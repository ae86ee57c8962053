package dev.holdfast.prove.watch;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Call;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the calls of one run so that the same call has the same {@link Site} in each run.
 *
 * <p>Keys are kept as 64-bit hashes: a run may make millions of calls, and a collision would need
 * to be between two names of one program.
 */
public final class SiteCounter {
  private final VolatileNames volatileNames;
  private final LongCounter occurrences = new LongCounter();
  private final Map<String, int[]> perTask = new HashMap<>();

  public SiteCounter(VolatileNames volatileNames) {
    this.volatileNames = volatileNames;
  }

  /** The place of this call; counts it. */
  public Site next(Call call, List<String> names) {
    String task = call.task().path();
    String process = call.task().process();
    long hash = hash(process, call.sysno());
    for (String name : names) {
      hash = mix(hash, volatileNames.normalize(name));
    }
    int occurrence = occurrences.next(hash);
    int nth = ++perTask.computeIfAbsent(task, _ -> new int[1])[0];
    return new Site(process, task, nth, call.sysno(), names, occurrence);
  }

  private static long hash(String process, Sysno call) {
    return mix(0xcbf29ce484222325L ^ call.nr, process);
  }

  private static long mix(long hash, String text) {
    long mixed = hash;
    for (int i = 0; i < text.length(); i++) {
      mixed = (mixed ^ text.charAt(i)) * 0x100000001b3L;
    }
    return (mixed ^ 0xff) * 0x100000001b3L;
  }
}
