package dev.holdfast.cli.lock;

import dev.holdfast.cli.command.TimeParts;
import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How long to wait, as flock(1) and timeout(1) take it and as people type it: {@code 5}, {@code
 * 0.5}, {@code 500ms}, {@code 1m30s}, {@code 2h}, {@code 1d}; {@code 0} is not at all.
 */
final class WaitTimes implements ITypeConverter<Duration> {
  private static final Pattern SECONDS = Pattern.compile("\\d+(\\.\\d*)?|\\.\\d+");

  @Override
  public Duration convert(String value) {
    Duration time =
        SECONDS.matcher(value).matches() ? TimeParts.seconds(value) : TimeParts.read(value);
    if (time == null) {
      throw new TypeConversionException(
          "'" + value + "' is not a duration such as 5, 0.5, 500ms, 10s or 1m30s");
    }
    return time;
  }
}
