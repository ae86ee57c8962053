package dev.holdfast.cli.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Ages of files as people type them: {@code 12h}, {@code 10d}, {@code 1w2d12h}. Of nothing at all,
 * too: {@code 0s} is the age of what was just made.
 */
public final class Age implements ITypeConverter<Duration> {
  private static final Pattern PART = Pattern.compile("(\\d{1,6})(ms|s|m|h|d|w|y)");
  private static final Pattern FORM = Pattern.compile("(?:" + PART.pattern() + ")+");

  @Override
  public Duration convert(String value) {
    if (!FORM.matcher(value).matches()) {
      throw new TypeConversionException(
          "'" + value + "' is not an age such as 12h, 10d, 4w or 1d12h");
    }
    Duration age = Duration.ZERO;
    for (Matcher part = PART.matcher(value); part.find(); ) {
      long number = Long.parseLong(part.group(1));
      age =
          age.plus(
              switch (part.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                case "w" -> Duration.ofDays(7 * number);
                default -> Duration.ofDays(365 * number);
              });
    }
    return age;
  }
}
