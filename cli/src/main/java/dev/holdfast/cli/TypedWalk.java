package dev.holdfast.cli;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.lab.report.WalkText;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** A walk by somebody who types. */
final class TypedWalk implements Walker {
  private final BufferedReader answers;
  private final PrintWriter out;
  private final Painter painter;
  private List<String> source = List.of();
  private int stops;

  TypedWalk(BufferedReader answers, PrintWriter out, Painter painter) {
    this.answers = answers;
    this.out = out;
    this.painter = painter;
  }

  @Override
  public void enters(
      boolean usual, String program, String file, List<String> itsSource, int howMany) {
    source = itsSource;
    stops = howMany;
    out.println();
    out.println(
        painter.paint(Ink.STRONG, usual ? "THE USUAL WAY" : "HOLDFAST'S WAY")
            + ": "
            + program
            + " ("
            + file
            + ")");
    out.println(
        stops == 0
            ? "There is no moment at which the attacker could do anything."
            : Text.count(stops, "stop") + ".");
    out.flush();
  }

  @Override
  public Answer stopped(int number, Window window, int line) throws IOException {
    out.println();
    out.print(WalkText.beside(source, line, WalkText.stop(number, stops, window), painter));
    out.print("    [Enter: strike, n: go on, q: leave] ");
    out.flush();
    String typed = answers.readLine();
    out.println();
    if (typed == null) {
      // The end of the input is no wish to strike.
      return Answer.LEAVE;
    }
    return switch (typed.strip()) {
      case "q" -> Answer.LEAVE;
      case "n" -> Answer.PASS;
      default -> Answer.STRIKE;
    };
  }

  @Override
  public void struck(WindowResult result) {
    out.print(WalkText.result(result, painter));
    out.flush();
  }
}
