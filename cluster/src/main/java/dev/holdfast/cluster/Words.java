package dev.holdfast.cluster;

import java.time.Duration;
import java.util.Map;

/** Settings that come as words. */
final class Words {
  private Words() {}

  static Duration millis(Map.Entry<String, String> word) {
    try {
      return Duration.ofMillis(Long.parseLong(word.getValue()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          word.getKey() + ": not a number of milliseconds: " + word.getValue(), e);
    }
  }

  static boolean yes(Map.Entry<String, String> word) {
    return switch (word.getValue()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              word.getKey() + ": neither true nor false: " + word.getValue());
    };
  }
}
