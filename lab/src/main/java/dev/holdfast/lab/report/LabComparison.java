package dev.holdfast.lab.report;

import dev.holdfast.findings.Comparison;
import dev.holdfast.findings.Figure;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.SceneResult;
import dev.holdfast.lab.model.VariantResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lab as a report that sets two ways side by side. */
public final class LabComparison {
  private LabComparison() {}

  public static Comparison of(LabReport report, String version) {
    List<Comparison.Row> rows = new ArrayList<>();
    for (SceneResult scene : report.scenes()) {
      for (VariantResult variant : scene.variants()) {
        String reason = variant.skipped();
        rows.add(
            new Comparison.Row(
                scene.scene().id(),
                scene.scene().title(),
                variant.name(),
                way(variant.usual()),
                way(variant.holdfast()),
                LabWords.result(variant),
                LabWords.ink(variant),
                reason == null ? "" : reason));
      }
    }
    return new Comparison(
        new Report.Producer("holdfast lab", version),
        "The usual way, and Holdfast's, under the same attack",
        LabWords.outcome(report)
            + ". A scene is ok when the usual way lost and Holdfast's way held, both really run on"
            + " this machine.",
        report.failed() == 0,
        List.of(
            new Figure("scenes", report.scenes().size(), Ink.PLAIN),
            new Figure("ok", report.ok(), Ink.GOOD),
            new Figure("failed", report.failed(), Ink.BAD),
            new Figure("skipped", report.skipped(), Ink.DOUBT)),
        LabWords.USUAL,
        LabWords.HOLDFAST,
        rows,
        report.notes());
  }

  private static Comparison.Way way(@Nullable Performance performance) {
    return performance == null
        ? new Comparison.Way("", "", Ink.FAINT, List.of())
        : new Comparison.Way(
            performance.program(),
            LabWords.verdict(performance),
            LabWords.ink(performance),
            performance.evidence());
  }
}
