package dev.holdfast.prove.watch;

/** Counts how often each number came: open addressing, because a run makes millions of calls. */
final class LongCounter {
  private static final double MAX_LOAD = 0.6;

  private long[] keys = new long[1024];
  private int[] counts = new int[1024];
  private int size;

  /** How often this number came before; counts it. */
  int next(long key) {
    if (size > keys.length * MAX_LOAD) {
      grow();
    }
    int at = slot(keys, counts, key);
    if (counts[at] == 0) {
      keys[at] = key;
      size++;
    }
    return counts[at]++;
  }

  private static int slot(long[] keys, int[] counts, long key) {
    int mask = keys.length - 1;
    int at = (int) (key ^ (key >>> 32)) & mask;
    while (counts[at] != 0 && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new long[oldKeys.length * 2];
    counts = new int[oldCounts.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldCounts[i] != 0) {
        int at = slot(keys, counts, oldKeys[i]);
        keys[at] = oldKeys[i];
        counts[at] = oldCounts[i];
      }
    }
  }
}
