package dev.holdfast.cli.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times in parts, such as {@code 500ms}, {@code 1m30s}, {@code 1.5h} and {@code 1w2d12h}. The parts
 * come in the order of their units, each once; what is longer than anything lasts is as long as
 * there is.
 */
public final class TimeParts {
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d|w|y)");

  /** Some hundred thousand years: more digits than this are no other time. */
  private static final long MOST_MILLIS = 1L << 53;

  private TimeParts() {}

  /** The time; null if it is none. */
  public static @Nullable Duration read(String value) {
    Matcher part = PART.matcher(value);
    Duration sum = Duration.ZERO;
    long before = Long.MAX_VALUE;
    int end = 0;
    while (end < value.length() && part.find(end) && part.start() == end) {
      long unit = millis(part.group(2));
      if (unit >= before) {
        return null;
      }
      sum = sum.plus(times(part.group(1), unit));
      before = unit;
      end = part.end();
    }
    return end == 0 || end < value.length() ? null : sum;
  }

  private static long millis(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      case "w" -> 7L * 86_400_000;
      default -> 365L * 86_400_000;
    };
  }

  /** So many seconds, with or without a fraction. */
  public static Duration seconds(String number) {
    return times(number, 1000);
  }

  /** Without BigDecimal, which takes a tenth of a start to begin with. */
  private static Duration times(String number, long unitMillis) {
    int point = number.indexOf('.');
    String digits = point < 0 ? number : number.substring(0, point);
    String fraction = point < 0 ? "" : number.substring(point + 1);
    long millionths = Long.parseLong((fraction + "000000").substring(0, 6));
    return Duration.ofMillis(whole(digits, unitMillis)).plusNanos(millionths * unitMillis);
  }

  private static long whole(String digits, long unitMillis) {
    long most = MOST_MILLIS / unitMillis;
    long number = 0;
    for (int i = 0; i < digits.length() && number < most; i++) {
      number = 10 * number + Character.digit(digits.charAt(i), 10);
    }
    return Math.min(number, most) * unitMillis;
  }
}
