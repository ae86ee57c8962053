package dev.holdfast.cli.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.Age;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class WaitTimesTest {
  private final WaitTimes times = new WaitTimes();

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "5, PT5S",
    "5., PT5S",
    ".5, PT0.5S",
    "0.0000000000001, PT0S",
    "500ms, PT0.5S",
    "1m30s, PT1M30S",
    "1.5h, PT1H30M",
    "1d2h3m4s5ms, PT26H3M4.005S",
    "007, PT7S"
  })
  void whatPeopleType(String text, Duration time) {
    assertEquals(time, times.convert(text));
  }

  @ParameterizedTest
  @CsvSource({"0s, PT0S", "2592000s, PT720H", "1w2d12h, PT228H", "1y, PT8760H", "1.5d, PT36H"})
  void agesAreReadAlike(String text, Duration age) {
    assertEquals(age, new Age().convert(text));
    assertTrue(new Age().convert("9".repeat(40) + "d").toDays() > 365 * 1000);
    for (String none : new String[] {"30", "1d1w", "1d1d", "-5d", "1mo", "1.d", ""}) {
      assertThrows(TypeConversionException.class, () -> new Age().convert(none), none);
    }
  }

  /** As sleep(1) and timeout(1) take it: nobody lives to see its end. */
  @Test
  void moreThanAnybodyWaitsIsATime() {
    for (String text : new String[] {"999999999999", "9".repeat(40), "9".repeat(40) + "d"}) {
      assertTrue(times.convert(text).toDays() > 365 * 1000, text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1s1h", "1h1h", "5s 3", "-1", "1e3", "1m30", "5 s", ".", "١s"})
  void whatIsNoTime(String text) {
    assertThrows(TypeConversionException.class, () -> times.convert(text));
  }
}
