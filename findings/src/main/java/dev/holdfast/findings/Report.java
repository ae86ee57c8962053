package dev.holdfast.findings;

import dev.holdfast.findings.terminal.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** Several as one: the figures are sums, and what was good is good only if all of it was. */
  public static Report joined(String title, String lead, List<Report> reports) {
    if (reports.size() == 1) {
      return reports.getFirst();
    }
    Map<String, Figure> figures = new LinkedHashMap<>();
    List<Finding> findings = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Report each : reports) {
      for (Figure figure : each.figures()) {
        figures.merge(
            figure.label(),
            figure,
            (one, other) -> new Figure(one.label(), one.value() + other.value(), one.ink()));
      }
      findings.addAll(each.findings());
      each.tables()
          .forEach(
              table ->
                  tables.add(
                      new Table(
                          each.title() + ": " + table.caption(), table.columns(), table.rows())));
      each.notes().forEach(note -> notes.add(each.title() + ": " + note));
    }
    return new Report(
        reports.getFirst().producer(),
        title,
        lead,
        reports.stream().allMatch(Report::good),
        reports.stream().allMatch(Report::decided),
        List.copyOf(figures.values()),
        findings,
        tables,
        notes);
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
