package dev.holdfast.lab.report;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.ArrayList;
import java.util.List;

/** A stop of a program as text: the source, and beside it what happens there. */
public final class WalkText {
  private static final int LEFT = 62;
  private static final int RIGHT = Text.WIDTH - LEFT - 3;
  private static final int AROUND = 4;

  private WalkText() {}

  /**
   * The source around a line, and a text beside it.
   *
   * @param line from 1; 0 to show only the text
   */
  public static String beside(List<String> source, int line, String text, Painter painter) {
    List<String> right = Text.wrap(Text.printable(text), line == 0 ? Text.WIDTH - 4 : RIGHT);
    if (line == 0) {
      return "    " + String.join("\n    ", right) + "\n";
    }
    List<String> left = new ArrayList<>();
    int from = Math.max(1, line - AROUND);
    int to = Math.min(source.size(), line + AROUND);
    for (int i = from; i <= to; i++) {
      String code = Text.printable(source.get(i - 1).replace("\t", "  "));
      String cut = code.length() > LEFT - 7 ? code.substring(0, LEFT - 8) + "…" : code;
      left.add((i == line ? "> " : "  ") + String.format("%3d  ", i) + cut);
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      String code = i < left.size() ? left.get(i) : "";
      String told = i < right.size() ? right.get(i) : "";
      String padded = code + " ".repeat(Math.max(0, LEFT - code.length()));
      boolean here = from + i == line;
      out.append(
              (painter.paint(here ? Ink.STRONG : Ink.FAINT, padded) + " | " + told).stripTrailing())
          .append('\n');
    }
    return out.toString();
  }

  /** What the program is about to do, and what the attacker will. */
  public static String stop(int number, int stops, Window window) {
    return "Stop "
        + number
        + " of "
        + stops
        + ". The program is about to call "
        + window.use().call()
        + " \""
        + window.use().path()
        + "\". The attacker's move: "
        + window.strike().description()
        + (window.entry().isEmpty()
            ? "."
            : " (" + window.entry() + " in " + window.directory() + ").");
  }

  /** What came of it. */
  public static String result(WindowResult result, Painter painter) {
    boolean won = result.verdict() == Verdict.EXPLOITED;
    List<String> effects = result.effects().stream().sorted().map(Effect::name).toList();
    StringBuilder out = new StringBuilder();
    out.append("    ")
        .append(
            painter.paint(
                won ? Ink.BAD : result.verdict().undecided() ? Ink.DOUBT : Ink.GOOD,
                won
                    ? "The attacker gains " + String.join(", ", effects) + "."
                    : "The attacker gains nothing: "
                        + result.verdict().name().replace('_', ' ')
                        + "."))
        .append('\n');
    for (String sentence : result.evidence()) {
      for (String part : Text.wrap(Text.printable(sentence), Text.WIDTH - 6)) {
        out.append("      ").append(part).append('\n');
      }
    }
    return out.toString();
  }
}
