package dev.holdfast.lab.report;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.VariantResult;
import org.jspecify.annotations.Nullable;

/** The words in which the lab is told, the same in every form of output. */
final class LabWords {
  static final String USUAL = "the usual way";
  static final String HOLDFAST = "Holdfast's way";

  private LabWords() {}

  static String result(VariantResult variant) {
    return variant.isSkipped() ? "skipped" : variant.ok() ? "ok" : "FAILED";
  }

  static Ink ink(VariantResult variant) {
    return variant.isSkipped() ? Ink.DOUBT : variant.ok() ? Ink.GOOD : Ink.BAD;
  }

  static String verdict(@Nullable Performance performance) {
    return performance == null ? "" : performance.verdict().name();
  }

  static Ink ink(@Nullable Performance performance) {
    Outcome verdict = performance == null ? Outcome.UNDECIDED : performance.verdict();
    return switch (verdict) {
      case LOST, FAILED -> Ink.BAD;
      case HELD -> Ink.GOOD;
      case UNDECIDED -> Ink.DOUBT;
    };
  }

  /** What came of it all, in a sentence. */
  static String outcome(LabReport report) {
    return Text.count(report.scenes().size(), "scene")
        + ": "
        + report.ok()
        + " ok, "
        + report.failed()
        + " failed, "
        + report.skipped()
        + " skipped";
  }

  static Ink ink(LabReport report) {
    return report.failed() > 0 ? Ink.BAD : report.ok() == 0 ? Ink.DOUBT : Ink.GOOD;
  }
}
