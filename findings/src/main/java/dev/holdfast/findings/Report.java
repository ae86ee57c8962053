package dev.holdfast.findings;

import dev.holdfast.findings.terminal.TextTable;
import java.util.List;

/**
 * Everything one run has to tell.
 *
 * @param producer the tool and its version
 * @param title the subject: a command line, a directory
 * @param lead one or two sentences: what was done, and what came out
 * @param good whether nothing has to be mended
 * @param decided whether the run could say so, or the contrary
 * @param findings the worst first
 * @param tables the details, for who wants them
 * @param notes what could not be done
 */
public record Report(
    Producer producer,
    String title,
    String lead,
    boolean good,
    boolean decided,
    List<Figure> figures,
    List<Finding> findings,
    List<Table> tables,
    List<String> notes) {
  public Report {
    figures = List.copyOf(figures);
    findings = List.copyOf(findings);
    tables = List.copyOf(tables);
    notes = List.copyOf(notes);
  }

  /** Who reports. */
  public record Producer(String command, String version) {}

  /**
   * A table under the findings, folded away at first.
   *
   * @param columns its headings
   * @param rows as many cells as there are columns
   */
  public record Table(String caption, List<String> columns, List<List<TextTable.Cell>> rows) {
    public Table {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
    }
  }
}
