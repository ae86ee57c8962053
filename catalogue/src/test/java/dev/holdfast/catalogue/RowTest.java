package dev.holdfast.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowTest {
  private static final Pattern ID = Pattern.compile("\\b[SLFK][0-9]{2}\\b");

  /** Advice names the answers that it comes from. */
  @ParameterizedTest
  @EnumSource
  void aHazardIsAdvisedByAnswers(Row row) {
    Set<Row> named = new HashSet<>();
    Matcher ids = ID.matcher(row.advice());
    while (ids.find()) {
      named.add(Row.valueOf(ids.group()));
    }
    assertEquals(row.isHazard(), !named.isEmpty(), row.advice());
    assertTrue(named.stream().noneMatch(Row::isHazard), row.advice());
  }

  @ParameterizedTest
  @EnumSource
  void titlesAreOneLine(Row row) {
    assertTrue(row.title().strip().equals(row.title()) && row.title().lines().count() == 1);
  }
}
