package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.DidYouMean;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import java.nio.file.FileSystems;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the options of a case take, typed or in a file. */
final class CaseWords {
  /** What an unset variable of a script leaves; a command of no words would always hold. */
  static final ITypeConverter<String> NOT_EMPTY = of(CaseFile::notEmpty);

  private CaseWords() {}

  /** For words of the command line. */
  static <T> ITypeConverter<T> of(Function<String, T> parse) {
    return typed -> {
      try {
        return parse.apply(typed);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  /** {@code attacker}, {@code copy}, {@code rival}, {@code kill}. */
  static Intruder intruder(String value) {
    for (Intruder each : Intruder.values()) {
      if (word(each).equals(value)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + value
            + "' is not one of "
            + String.join(", ", intruders())
            + DidYouMean.hint(value, intruders()));
  }

  static List<String> intruders() {
    return Stream.of(Intruder.values()).map(CaseWords::word).toList();
  }

  private static String word(Intruder intruder) {
    return intruder.name().toLowerCase(Locale.ROOT);
  }

  /** What {@code --only} takes. */
  static String only(String value) {
    List<String> rows = Stream.of(Hazard.values()).map(Hazard::name).toList();
    List<String> strikes = Stream.of(Strike.values()).map(Strike::id).toList();
    List<String> known = new ArrayList<>(rows);
    known.addAll(strikes);
    Stream.of(Sysno.values()).forEach(call -> known.add(call.callName()));
    if (value.startsWith("/") || known.stream().anyMatch(value::equalsIgnoreCase)) {
      return value;
    }
    throw new IllegalArgumentException(
        "'"
            + value
            + "' is no system call and no absolute path, and not one of "
            + String.join(", ", rows)
            + ", "
            + String.join(", ", strikes)
            + DidYouMean.hint(value, known));
  }

  /** A glob pattern. */
  static String pattern(String value) {
    try {
      FileSystems.getDefault().getPathMatcher("glob:" + value);
      return value;
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a pattern: " + e.getDescription(), e);
    }
  }

  /** A number from 0 to 255. */
  static Integer exitStatus(String value) {
    if (value.matches("\\d{1,3}") && Integer.parseInt(value) <= 255) {
      return Integer.valueOf(value);
    }
    throw new IllegalArgumentException("'" + value + "' is not an exit status from 0 to 255");
  }

  /** A number from 1. */
  static Integer positive(String value) {
    if (value.matches("[1-9]\\d{0,8}")) {
      return Integer.valueOf(value);
    }
    throw new IllegalArgumentException("'" + value + "' is not a number from 1 to 999999999");
  }
}
