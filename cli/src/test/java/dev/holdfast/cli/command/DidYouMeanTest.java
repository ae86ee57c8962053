package dev.holdfast.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {
  private static final List<String> WORDS = List.of("prove", "lab", "lock", "locks", "completion");

  @ParameterizedTest
  @CsvSource({
    "prov, prove",
    "proev, prove",
    "PROVE, prove",
    "lokc, lock",
    "compl, completion",
    "lba, lab",
  })
  void aSlipIsUnderstood(String typed, String meant) {
    assertEquals(Optional.of(meant), DidYouMean.nearest(typed, WORDS));
  }

  @Test
  void nothingIsMadeUp() {
    for (String typed : List.of("", "x", "xyz", "help", "unlinked")) {
      assertEquals(Optional.empty(), DidYouMean.nearest(typed, WORDS), typed);
      assertEquals("", DidYouMean.hint(typed, WORDS));
    }
  }
}
