package dev.holdfast.prove.plan;

import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.VolatileNames;

/** A short name for a window that every run of the same program gives to the same window. */
public final class WindowId {
  private WindowId() {}

  /** The name of what a move of the attacker makes. */
  static String of(Move move, VolatileNames volatileNames) {
    Site site = move.call().site();
    Binding binding = move.binding();
    if (binding != null && move.onTheWay()) {
      return of(
          site.process()
              + '\0'
              + site.call().nr
              + '\0'
              + volatileNames.normalize(binding.path())
              + "/\0"
              + binding.operand()
              + '\0'
              + move.strike());
    }
    String place = binding == null ? "-" : binding.operand() + "/" + binding.index();
    return of(
        site.key(volatileNames) + '\0' + site.occurrence() + '\0' + place + '\0' + move.strike());
  }

  /** Sixty-four bits of FNV-1a, mixed once more, as twelve hexadecimal digits. */
  public static String of(String key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    return String.format("%012x", hash & 0xffffffffffffL);
  }
}
