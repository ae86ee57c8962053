package dev.holdfast.prove.plan;

import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.List;
import java.util.stream.Collectors;

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

  /**
   * What stays the same when the program is edited elsewhere: no task, and no count of calls. Two
   * calls of the same kind on the same name have the same, and are mended together.
   */
  static String fingerprint(
      ObservedCall call, String place, String strike, VolatileNames volatileNames) {
    List<String> command = call.doing().command();
    String program = command.isEmpty() ? "" : command.getFirst();
    Site site = call.site();
    String names =
        site.names().stream().map(volatileNames::normalize).collect(Collectors.joining("\0"));
    return of(
        program.substring(program.lastIndexOf('/') + 1)
            + '\0'
            + site.call().nr
            + '\0'
            + names
            + '\0'
            + place
            + '\0'
            + strike);
  }

  /** Of a move that changes a name. */
  static String fingerprint(Move move, VolatileNames volatileNames) {
    Binding binding = move.binding();
    String place = binding == null ? "-" : volatileNames.normalize(binding.path());
    return fingerprint(move.call(), place, move.strike().toString(), volatileNames);
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
