package dev.holdfast.findings;

import dev.holdfast.findings.terminal.Ink;
import java.util.List;

/**
 * Two ways to do the same work, side by side under the same attack.
 *
 * @param left the heading of the first way
 * @param right the heading of the second
 */
public record Comparison(
    Report.Producer producer,
    String title,
    String lead,
    boolean good,
    List<Figure> figures,
    String left,
    String right,
    List<Row> rows,
    List<String> notes) {
  public Comparison {
    figures = List.copyOf(figures);
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  /**
   * One piece of work in one variant. Rows of one id stand together, under its title.
   *
   * @param variant what tells it from the other rows of its id
   * @param result a word: whether the row came out as it should
   * @param reason why it was not done; empty if it was
   */
  public record Row(
      String id,
      String title,
      String variant,
      Way left,
      Way right,
      String result,
      Ink ink,
      String reason) {}

  /** One way to do it, and how it went; all empty if it was not done. */
  public record Way(String program, String verdict, Ink ink, List<String> evidence) {
    public Way {
      evidence = List.copyOf(evidence);
    }
  }
}
