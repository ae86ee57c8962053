package dev.holdfast.lab.report;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable;
import dev.holdfast.findings.terminal.TextTable.Cell;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.SceneResult;
import dev.holdfast.lab.model.VariantResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lab as text for people: a table, and below it what a failure needs to be understood. */
public final class LabText {
  private final Painter painter;
  private final StringBuilder out = new StringBuilder();

  private LabText(Painter painter) {
    this.painter = painter;
  }

  /**
   * The whole text, ended by a newline.
   *
   * @param verbose the evidence of what came out right, too
   */
  public static String of(LabReport report, Painter painter, boolean verbose) {
    LabText text = new LabText(painter);
    text.table(report);
    text.details(report, verbose);
    text.out.append(painter.paint(LabWords.ink(report), LabWords.outcome(report))).append('\n');
    return text.out.toString();
  }

  /** Which scenes there are. */
  public static String list(List<Scene> scenes, Painter painter) {
    TextTable table = new TextTable(Text.WIDTH, "SCENE", "WHAT GOES WRONG", "WHERE", "SHOWS");
    for (Scene scene : scenes) {
      table.row(
          new Cell(scene.id()),
          new Cell(scene.title()),
          new Cell(scene.place()),
          new Cell(String.join(" ", scene.catalogue())));
    }
    return table.render(painter);
  }

  private void table(LabReport report) {
    TextTable table = new TextTable(Text.WIDTH, "", "", "THE USUAL WAY", "", "HOLDFAST'S WAY", "");
    for (SceneResult scene : report.scenes()) {
      table.span(new Cell(scene.scene().id() + " " + scene.scene().title(), Ink.STRONG));
      for (VariantResult variant : scene.variants()) {
        table.row(
            new Cell(LabWords.result(variant), LabWords.ink(variant)),
            new Cell(variant.name(), Ink.FAINT),
            program(variant.usual()),
            verdict(variant.usual()),
            program(variant.holdfast()),
            verdict(variant.holdfast()));
      }
    }
    out.append(table.render(painter)).append('\n');
  }

  private static Cell program(@Nullable Performance performance) {
    return new Cell(performance == null ? "" : performance.program());
  }

  private static Cell verdict(@Nullable Performance performance) {
    return new Cell(LabWords.verdict(performance), LabWords.ink(performance));
  }

  private void details(LabReport report, boolean verbose) {
    for (SceneResult scene : report.scenes()) {
      for (VariantResult variant : scene.variants()) {
        String name = scene.scene().id() + " " + variant.name();
        String reason = variant.skipped();
        if (reason != null) {
          paragraph(name, LabWords.ink(variant), "skipped: " + reason);
        } else if (verbose || !variant.ok()) {
          performance(name + ", " + LabWords.USUAL, variant.usual());
          performance(name + ", " + LabWords.HOLDFAST, variant.holdfast());
        }
      }
    }
  }

  private void performance(String name, @Nullable Performance performance) {
    if (performance == null) {
      return;
    }
    paragraph(
        name,
        LabWords.ink(performance),
        LabWords.verdict(performance)
            + " after "
            + Text.count(performance.trials(), "run")
            + " and "
            + Text.count(performance.windows(), "attack")
            + (performance.source().isEmpty() ? "" : " (" + performance.source() + ")"));
    for (String sentence : performance.evidence()) {
      for (String line : Text.wrap(Text.printable(sentence), Text.WIDTH - 4)) {
        out.append("    ").append(line).append('\n');
      }
    }
    out.append('\n');
  }

  private void paragraph(String name, Ink ink, String text) {
    String head = name + ": ";
    List<String> lines = Text.wrap(Text.printable(head + text), Text.WIDTH);
    for (String line : lines) {
      out.append(
              line.startsWith(head)
                  ? painter.paint(Ink.STRONG, head)
                      + painter.paint(ink, line.substring(head.length()))
                  : painter.paint(ink, line))
          .append('\n');
    }
  }
}
