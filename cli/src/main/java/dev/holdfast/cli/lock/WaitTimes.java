package dev.holdfast.cli.lock;

import java.math.BigDecimal;
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
      return times(value.endsWith(".") ? value + "0" : value, Duration.ofSeconds(1));
    }
    Matcher part = PART.matcher(value);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (end < value.length() && part.find(end) && part.start() == end) {
      sum = sum.plus(times(part.group(1), unit(part.group(2))));
      end = part.end();
    }
    if (end == 0 || end < value.length()) {
      throw new TypeConversionException(
          "'" + value + "' is not a duration such as 5, 0.5, 500ms, 10s or 1m30s");
    }
    return sum;
  }

  private static Duration unit(String word) {
    return switch (word) {
      case "ms" -> Duration.ofMillis(1);
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      default -> Duration.ofDays(1);
    };
  }

  private static Duration times(String number, Duration unit) {
    BigDecimal nanos =
        new BigDecimal(number.startsWith(".") ? "0" + number : number)
            .multiply(BigDecimal.valueOf(unit.toMillis()))
            .movePointRight(6);
    return Duration.ofSeconds(
        nanos.movePointLeft(9).longValue(),
        nanos.remainder(BigDecimal.valueOf(1_000_000_000L)).longValue());
  }
}
