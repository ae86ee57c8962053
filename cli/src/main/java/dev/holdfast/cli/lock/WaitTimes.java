package dev.holdfast.cli.lock;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How long to wait, as flock(1) and timeout(1) take it and as people type it: {@code 5}, {@code
 * 0.5}, {@code 500ms}, {@code 1m30s}, {@code 2h}, {@code 1d}; {@code 0} is not at all.
 */
final class WaitTimes implements ITypeConverter<Duration> {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{0,9})?|\\.\\d{1,9}");
  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");

  @Override
  public Duration convert(String value) {
    if (SECONDS.matcher(value).matches()) {
      return times(value, millis("s"));
    }
    Matcher part = PART.matcher(value);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (end < value.length() && part.find(end) && part.start() == end) {
      sum = sum.plus(times(part.group(1), millis(part.group(2))));
      end = part.end();
    }
    if (end == 0 || end < value.length()) {
      throw new TypeConversionException(
          "'" + value + "' is not a duration such as 5, 0.5, 500ms, 10s or 1m30s");
    }
    return sum;
  }

  private static long millis(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }

  /** Without BigDecimal, which takes a tenth of a start to begin with. */
  private static Duration times(String number, long unitMillis) {
    int point = number.indexOf('.');
    String whole = point < 0 ? number : number.substring(0, point);
    String fraction = point < 0 ? "" : number.substring(point + 1);
    long millis = (whole.isEmpty() ? 0 : Long.parseLong(whole)) * unitMillis;
    long billionths = Long.parseLong((fraction + "000000000").substring(0, 9));
    return Duration.ofMillis(millis).plusNanos(billionths * unitMillis / 1000);
  }
}
