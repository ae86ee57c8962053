package dev.holdfast.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Ages of files as people type them: {@code 12h}, {@code 10d}, {@code 4w}. */
final class Age implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})([dw])");

  @Override
  public Duration convert(String value) {
    Matcher matcher = FORM.matcher(value);
    if (matcher.matches()) {
      long days = Long.parseLong(matcher.group(1));
      return Duration.ofDays(matcher.group(2).equals("w") ? 7 * days : days);
    }
    try {
      return Durations.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + value + "' is not an age such as 12h, 10d or 4w");
    }
  }
}
