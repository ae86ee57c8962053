package dev.holdfast.cli.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people type them: {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h}. */
public final class Durations implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  @Override
  public Duration convert(String value) {
    try {
      return parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * A duration as people type it.
   *
   * @throws IllegalArgumentException if it is none, with what to type instead
   */
  public static Duration parse(String value) {
    Matcher matcher = FORM.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a duration such as 500ms, 10s or 2m");
    }
    long number = Long.parseLong(matcher.group(1));
    if (number == 0) {
      throw new IllegalArgumentException("'" + value + "' leaves no time");
    }
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  /** For people: {@code 40 s}, {@code 12 min}, {@code 3 h}. */
  public static String rounded(Duration duration) {
    long seconds = Math.max(1, duration.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200 ? (seconds + 30) / 60 + " min" : (seconds + 1800) / 3600 + " h";
  }

  /** The shortest form that {@link #parse} reads back. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    return millis % 60_000 == 0
        ? millis / 60_000 + "m"
        : millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }
}
