package dev.holdfast.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  @Test
  void saysHowFar() {
    assertEquals("observing 3", ProgressLine.line("observing", 3, 0));
    assertEquals(
        "trying [##########....................] 4/12", ProgressLine.line("trying", 4, 12));
    assertEquals(
        "trying [##############################] 13/12", ProgressLine.line("trying", 13, 12));
  }

  @Test
  void quickWorkShowsNothing() {
    StringWriter terminal = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(terminal), 80)) {
      line.step("trying", 1, 2);
    }
    assertEquals("", terminal.toString());
  }
}
