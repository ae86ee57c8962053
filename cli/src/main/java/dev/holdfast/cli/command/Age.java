package dev.holdfast.cli.command;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Ages of files as people type them: {@code 12h}, {@code 10d}, {@code 1w2d12h}. Of nothing at all,
 * too: {@code 0s} is the age of what was just made.
 */
public final class Age implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String value) {
    Duration age = TimeParts.read(value);
    if (age == null) {
      throw new TypeConversionException(
          "'" + value + "' is not an age such as 12h, 10d, 4w or 1d12h");
    }
    return age;
  }
}
