package dev.holdfast.findings;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.findings.terminal.TextTable;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Findings as SARIF 2.1.0, which code hosts and editors show at the place itself.
 *
 * <p>A finding in a source file has a physical location. One in the run of a program has a logical
 * location, the call, beside the physical one of the script or file that leads to it, and a code
 * flow with one thread for each side of the race. Code hosts refuse a file in which one finding has
 * no physical location.
 *
 * <p>Sources: OASIS, Static Analysis Results Interchange Format, sections 3.14 (run), 3.27
 * (result), 3.36 (code flow), 3.49 (reporting descriptor).
 */
public final class SarifWriter {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  /** The name and version of our fingerprint's recipe, so that it can change one day. */
  private static final String FINGERPRINT = "holdfast/v1";

  private static final String HOME = "https://holdfast.dev";

  /** Concurrent execution using a shared resource with improper synchronization. */
  private static final String RACE_CONDITION = "external/cwe/cwe-362";

  private final JsonGenerator json;
  private final Map<String, Integer> fingerprints = new HashMap<>();
  private final Map<String, Integer> ruleIndex = new LinkedHashMap<>();

  private SarifWriter(JsonGenerator json) {
    this.json = json;
  }

  /** Writes a whole SARIF log with one run; does not close {@code out}. */
  public static void write(Report report, Writer out) throws IOException {
    Json.document(out, json -> new SarifWriter(json).log(report));
  }

  private void log(Report report) throws IOException {
    json.writeStartObject();
    json.writeStringField("$schema", SCHEMA);
    json.writeStringField("version", "2.1.0");
    json.writeArrayFieldStart("runs");
    json.writeStartObject();
    tool(report);
    // What tells one kind of analysis of a commit from another: the slash at the end makes all of
    // it the category.
    json.writeObjectFieldStart("automationDetails");
    json.writeStringField("id", report.producer().command().replace(' ', '/') + "/");
    json.writeEndObject();
    json.writeArrayFieldStart("invocations");
    json.writeStartObject();
    json.writeBooleanField("executionSuccessful", report.decided());
    if (!report.notes().isEmpty()) {
      json.writeArrayFieldStart("toolExecutionNotifications");
      for (String note : report.notes()) {
        json.writeStartObject();
        json.writeStringField("level", "note");
        message("message", note);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndArray();
    json.writeStringField("columnKind", "unicodeCodePoints");
    json.writeArrayFieldStart("results");
    for (Finding finding : report.findings()) {
      result(finding);
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndArray();
    json.writeEndObject();
  }

  private void tool(Report report) throws IOException {
    json.writeObjectFieldStart("tool");
    json.writeObjectFieldStart("driver");
    json.writeStringField("name", "Holdfast");
    json.writeStringField("version", report.producer().version());
    json.writeStringField("semanticVersion", report.producer().version());
    json.writeStringField("informationUri", HOME);
    json.writeArrayFieldStart("rules");
    for (Finding finding : report.findings()) {
      Rule rule = finding.rule();
      if (ruleIndex.putIfAbsent(rule.id(), ruleIndex.size()) == null) {
        rule(rule, finding.severity());
      }
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndObject();
  }

  private void rule(Rule rule, Severity severity) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", rule.id());
    json.writeStringField("name", rule.name());
    message("shortDescription", rule.title());
    message("fullDescription", rule.description());
    message("help", rule.description() + "\n\nWhat to do: " + rule.advice());
    json.writeObjectFieldStart("defaultConfiguration");
    json.writeStringField("level", severity.level());
    json.writeEndObject();
    json.writeStringField("helpUri", rule.page());
    json.writeObjectFieldStart("properties");
    strings("tags", List.of("security", "race-condition", RACE_CONDITION));
    json.writeStringField("security-severity", severity.score());
    json.writeStringField("precision", "very-high");
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Two findings of one fingerprint would be one to a code host. */
  private String fingerprint(Finding finding) {
    int met = fingerprints.merge(finding.fingerprint(), 1, Integer::sum);
    return finding.fingerprint() + (met == 1 ? "" : "/" + met);
  }

  /** What the baseline has to say of it. */
  private void standing(Standing standing) throws IOException {
    json.writeStringField("baselineState", standing.known() ? "unchanged" : "new");
    if (standing.known()) {
      json.writeArrayFieldStart("suppressions");
      json.writeStartObject();
      json.writeStringField("kind", "external");
      json.writeStringField("status", "accepted");
      if (!standing.reason().isEmpty()) {
        json.writeStringField("justification", standing.reason());
      }
      json.writeEndObject();
      json.writeEndArray();
    }
  }

  private void result(Finding finding) throws IOException {
    json.writeStartObject();
    json.writeStringField("ruleId", finding.rule().id());
    json.writeNumberField("ruleIndex", ruleIndex.getOrDefault(finding.rule().id(), -1));
    json.writeStringField("level", finding.severity().level());
    message("message", text(finding));
    json.writeArrayFieldStart("locations");
    location(finding.place(), "", -1);
    json.writeEndArray();
    if (!finding.related().isEmpty()) {
      json.writeArrayFieldStart("relatedLocations");
      int id = 0;
      for (Place place : finding.related()) {
        location(place, "", id++);
      }
      json.writeEndArray();
    }
    json.writeObjectFieldStart("partialFingerprints");
    json.writeStringField(FINGERPRINT, fingerprint(finding));
    json.writeEndObject();
    standing(finding.standing());
    if (!finding.timeline().isEmpty()) {
      codeFlow(finding);
    }
    json.writeObjectFieldStart("properties");
    strings("tags", finding.tags());
    strings("evidence", finding.evidence());
    json.writeStringField("replay", finding.replay());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** What a viewer shows that knows nothing of evidence and replays. */
  private static String text(Finding finding) {
    List<String> paragraphs = new ArrayList<>();
    paragraphs.add(finding.message());
    paragraphs.addAll(finding.evidence());
    finding.tables().forEach(table -> rows(table, paragraphs));
    paragraphs.addAll(finding.remarks());
    if (!finding.replay().isEmpty()) {
      paragraphs.add("Again: " + finding.replay());
    }
    return String.join("\n", paragraphs);
  }

  private static void rows(Report.Table table, List<String> lines) {
    for (List<TextTable.Cell> row : table.rows()) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        String column = table.columns().get(i);
        cells.add((column.isEmpty() ? "" : column + ": ") + row.get(i).text());
      }
      lines.add(String.join("; ", cells));
    }
  }

  private void location(Place place, String text, int id) throws IOException {
    json.writeStartObject();
    if (id >= 0) {
      json.writeNumberField("id", id);
    }
    switch (place) {
      case Place.Source source -> physical(source);
      case Place.Run run -> {
        Place.Source source = run.source();
        if (source != null) {
          physical(source);
        }
        json.writeArrayFieldStart("logicalLocations");
        json.writeStartObject();
        json.writeStringField("name", run.moment());
        json.writeStringField("fullyQualifiedName", run.program() + "#" + run.window());
        json.writeStringField("kind", "function");
        json.writeEndObject();
        json.writeEndArray();
      }
    }
    if (!text.isEmpty()) {
      message("message", text);
    }
    json.writeEndObject();
  }

  private void physical(Place.Source source) throws IOException {
    json.writeObjectFieldStart("physicalLocation");
    json.writeObjectFieldStart("artifactLocation");
    json.writeStringField("uri", uri(source.file()));
    json.writeEndObject();
    // Code hosts insist on a line: of a file as a whole they show the first.
    json.writeObjectFieldStart("region");
    json.writeNumberField("startLine", Math.max(1, source.line()));
    if (source.column() > 0) {
      json.writeNumberField("startColumn", source.column());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void codeFlow(Finding finding) throws IOException {
    json.writeArrayFieldStart("codeFlows");
    json.writeStartObject();
    json.writeArrayFieldStart("threadFlows");
    for (Step.Lane lane : finding.lanes()) {
      json.writeStartObject();
      json.writeStringField("id", lane.title());
      json.writeArrayFieldStart("locations");
      int order = 0;
      for (Step step : finding.timeline()) {
        order++;
        if (step.lane().equals(lane)) {
          json.writeStartObject();
          json.writeNumberField("executionOrder", order);
          json.writeStringField("importance", step.weight().isKey() ? "essential" : "important");
          json.writeFieldName("location");
          location(finding.place(), sentence(step), -1);
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndArray();
  }

  private static String sentence(Step step) {
    String both = step.text().isEmpty() || step.code().isEmpty() ? "" : ": ";
    return step.text() + both + step.code();
  }

  private void message(String field, String text) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeStringField("text", text);
    json.writeEndObject();
  }

  private void strings(String field, List<String> values) throws IOException {
    json.writeArrayFieldStart(field);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** A reference relative to wherever the tool ran, or absolute, with everything escaped. */
  static String uri(String file) {
    try {
      // "./" keeps a colon in the first name from looking like a scheme.
      return file.startsWith("/")
          ? new URI("file", "", file, null).toASCIIString()
          : new URI(null, null, "./" + file, null)
              .toASCIIString()
              .substring(file.indexOf(':') < 0 ? 2 : 0);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(file, e);
    }
  }
}
