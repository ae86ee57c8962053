package dev.holdfast.findings;

import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Reports as one HTML file that needs nothing else: no script, no font, no picture, no network. It
 * follows the reader's choice of light or dark.
 *
 * <p>The page forbids itself every script and every outside resource, so that even a slip in our
 * escaping of an attacker's file name would run nothing.
 */
public final class HtmlWriter {
  private final Html html = new Html();

  private HtmlWriter() {}

  /** Findings, each as a timeline of those who take part; does not close {@code out}. */
  public static void write(Report report, Writer out) throws IOException {
    HtmlWriter page = new HtmlWriter();
    page.head(
        report.producer(), report.title(), false, report.lead(), report.good(), report.figures());
    page.findings(report.findings());
    report.tables().forEach(page::table);
    page.foot(report.producer(), report.notes());
    out.write(page.html.toString());
  }

  /** Two ways side by side; does not close {@code out}. */
  public static void write(Comparison comparison, Writer out) throws IOException {
    HtmlWriter page = new HtmlWriter();
    page.head(
        comparison.producer(),
        comparison.title(),
        true,
        comparison.lead(),
        comparison.good(),
        comparison.figures());
    page.comparison(comparison);
    page.foot(comparison.producer(), comparison.notes());
    out.write(page.html.toString());
  }

  private void head(
      Report.Producer producer,
      String title,
      boolean prose,
      String lead,
      boolean good,
      List<Figure> figures) {
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta http-equiv=\"Content-Security-Policy\"")
        .raw(" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .element("title", "", producer.command() + ": " + title)
        .raw("<style>\n" + style() + "</style>\n</head>\n<body>\n<main>\n");
    html.open("header", good ? "good" : "bad")
        .element("p", "producer", producer.command())
        .element("h1", prose ? "prose" : "", title)
        .element("p", "lead", lead)
        .close("header");
    html.open("dl", "figures");
    for (Figure figure : figures) {
      // A zero is never alarming.
      html.open("div", cssClass(figure.value() == 0 ? Ink.FAINT : figure.ink()))
          .element("dt", "", figure.label())
          .element("dd", "", String.format(Locale.ROOT, "%,d", figure.value()))
          .close("div");
    }
    html.close("dl");
  }

  private void findings(List<Finding> findings) {
    for (Finding finding : findings) {
      html.open("article", finding.severity().level());
      html.open("h2", "")
          .open("span", "rule")
          .link(finding.rule().page(), finding.rule().id())
          .close("span")
          .raw(" ")
          .text(finding.rule().title())
          .close("h2");
      html.open("p", "tags");
      finding.tags().forEach(tag -> html.element("span", "tag", tag).raw(" "));
      html.close("p");
      html.element("p", "message", finding.message());
      timeline(finding);
      place(finding);
      list("What was seen", finding.evidence());
      finding.tables().forEach(this::openTable);
      list("Good to know", finding.remarks());
      html.element("h3", "", "How to fix").element("p", "advice", finding.rule().advice());
      if (!finding.replay().isEmpty()) {
        html.element("h3", "", "See it again")
            .open("pre", "")
            .element("code", "", finding.replay())
            .close("pre");
      }
      related(finding.related());
      html.close("article");
    }
  }

  /** The line to mend; where there is no timeline, what else is known of the place. */
  private void place(Finding finding) {
    if (finding.timeline().isEmpty()) {
      html.open("p", "place").element("code", "", finding.place().describe()).close("p");
      return;
    }
    Place.Source source = finding.place() instanceof Place.Run run ? run.source() : null;
    if (source != null && source.line() > 0) {
      html.open("p", "place").text("In ").element("code", "", source.describe()).close("p");
    }
  }

  private void timeline(Finding finding) {
    if (finding.timeline().isEmpty()) {
      return;
    }
    List<Step.Lane> lanes = finding.lanes();
    boolean schedule = lanes.stream().anyMatch(lane -> lane.side() == Step.Side.PROGRAM);
    html.raw(
        schedule
            ? "<div class=\"scroll\"><ol class=\"schedule of" + lanes.size() + "\">"
            : "<ol class=\"timeline\">");
    for (Step.Lane lane : lanes) {
      cell("side", lane, lanes, 1).text(lane.title()).close("li");
    }
    int row = 2;
    for (Step step : finding.timeline()) {
      if (step.weight().isTurn()) {
        html.raw("<li class=\"turn\" style=\"grid-row:" + row + "\">")
            .text("the turn is taken")
            .close("li");
        row++;
      }
      boolean answer = step.lane().side() == Step.Side.KERNEL;
      // What the kernel answers stands beside the call.
      int at = answer ? row - 1 : row;
      cell(step.weight().isKey() ? "step key" : "step", step.lane(), lanes, at).text(step.text());
      if (!step.code().isEmpty()) {
        html.raw(" ").element("code", "", step.code());
      }
      html.close("li");
      row = at + 1;
    }
    html.close("ol");
    if (schedule) {
      html.close("div");
    }
  }

  private Html cell(String kind, Step.Lane lane, List<Step.Lane> lanes, int row) {
    int column = lanes.indexOf(lane) + 1;
    String side = lane.side().name().toLowerCase(Locale.ROOT);
    return html.raw(
        "<li class=\"%s %s\" style=\"grid-row:%d;grid-column:%d\">"
            .formatted(kind, side, row, column));
  }

  private void list(String heading, List<String> sentences) {
    if (sentences.isEmpty()) {
      return;
    }
    html.element("h3", "", heading).open("ul", "");
    sentences.forEach(sentence -> html.element("li", "", sentence));
    html.close("ul");
  }

  private void related(List<Place> places) {
    if (places.isEmpty()) {
      return;
    }
    html.open("details", "")
        .element("summary", "", "The same at " + Text.count(places.size(), "more place"))
        .open("ul", "");
    for (Place place : places) {
      html.open("li", "").element("code", "", place.describe()).close("li");
    }
    html.close("ul").close("details");
  }

  private void table(Report.Table table) {
    if (table.rows().isEmpty()) {
      return;
    }
    html.open("details", "table")
        .element("summary", "", table.caption() + " (" + table.rows().size() + ")");
    grid(table);
    html.close("details");
  }

  private void openTable(Report.Table table) {
    if (!table.rows().isEmpty()) {
      html.element("h3", "", table.caption());
      grid(table);
    }
  }

  private void grid(Report.Table table) {
    html.raw("<div class=\"scroll\">").open("table", "").open("tr", "");
    table.columns().forEach(column -> html.element("th", "", column));
    html.close("tr");
    for (List<TextTable.Cell> row : table.rows()) {
      html.open("tr", "");
      row.forEach(cell -> html.element("td", cssClass(cell.ink()), cell.text()));
      html.close("tr");
    }
    html.close("table").close("div");
  }

  private void comparison(Comparison comparison) {
    html.raw("<div class=\"scroll\">").open("table", "comparison").open("thead", "").open("tr", "");
    for (String heading : List.of("", "", comparison.left(), comparison.right())) {
      html.element("th", "", heading);
    }
    html.close("tr").close("thead").open("tbody", "");
    String above = "";
    for (Comparison.Row row : comparison.rows()) {
      if (!row.id().equals(above)) {
        html.raw("<tr class=\"scene\"><th colspan=\"4\" scope=\"rowgroup\">")
            .element("span", "rule", row.id())
            .raw(" ")
            .text(row.title())
            .close("th")
            .close("tr");
      }
      above = row.id();
      html.open("tr", "");
      html.open("td", "result " + cssClass(row.ink())).element("b", "", row.result()).close("td");
      html.element("td", "", row.variant());
      if (row.reason().isEmpty()) {
        way(comparison.left(), row.left());
        way(comparison.right(), row.right());
      } else {
        html.raw("<td colspan=\"2\" class=\"faint\">").text(row.reason()).close("td");
      }
      html.close("tr");
    }
    html.close("tbody").close("table").close("div");
  }

  private void way(String heading, Comparison.Way way) {
    html.raw("<td data-way=\"")
        .text(heading)
        .raw("\">")
        .open("p", "verdict " + cssClass(way.ink()))
        .element("b", "", way.verdict())
        .close("p")
        .open("p", "")
        .element("code", "", way.program())
        .close("p");
    if (!way.evidence().isEmpty()) {
      html.open("details", "").element("summary", "", "what was seen").open("ul", "");
      way.evidence().forEach(sentence -> html.element("li", "", sentence));
      html.close("ul").close("details");
    }
    html.close("td");
  }

  private void foot(Report.Producer producer, List<String> notes) {
    html.open("footer", "");
    list("Notes", notes);
    html.element("p", "", producer.command() + " " + producer.version())
        .close("footer")
        .raw("</main>\n</body>\n</html>\n");
  }

  private static String cssClass(Ink ink) {
    return ink.name().toLowerCase(Locale.ROOT);
  }

  private static String style() {
    try (InputStream in = HtmlWriter.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
