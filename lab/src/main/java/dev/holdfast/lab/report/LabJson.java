package dev.holdfast.lab.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.findings.Json;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.SceneResult;
import dev.holdfast.lab.model.VariantResult;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lab as JSON. Scripts rely on every field: none is renamed, or given another type. */
public final class LabJson {
  private final JsonGenerator json;

  private LabJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes what became of the scenes; does not close {@code out}. */
  public static void write(LabReport report, Writer out) throws IOException {
    Json.document(out, json -> new LabJson(json).report(report));
  }

  /** Writes which scenes there are; does not close {@code out}. */
  public static void list(List<Scene> scenes, Writer out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("scenes");
          for (Scene scene : scenes) {
            json.writeStartObject();
            json.writeStringField("id", scene.id());
            json.writeStringField("title", scene.title());
            Json.strings(json, "catalogue", scene.catalogue());
            json.writeStringField("place", scene.place());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private void report(LabReport report) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("scenes");
    for (SceneResult scene : report.scenes()) {
      json.writeStartObject();
      json.writeStringField("id", scene.scene().id());
      json.writeStringField("title", scene.scene().title());
      VariantResult shown = scene.shown().orElse(null);
      performance("usual", shown == null ? null : shown.usual());
      performance("holdfast", shown == null ? null : shown.holdfast());
      json.writeBooleanField("ok", scene.ok());
      json.writeStringField("skipped", scene.skipped());
      json.writeArrayFieldStart("variants");
      for (VariantResult variant : scene.variants()) {
        json.writeStartObject();
        json.writeStringField("name", variant.name());
        performance("usual", variant.usual());
        performance("holdfast", variant.holdfast());
        json.writeBooleanField("ok", variant.ok());
        json.writeStringField("skipped", variant.skipped());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("summary");
    json.writeNumberField("scenes", report.scenes().size());
    json.writeNumberField("ok", report.ok());
    json.writeNumberField("skipped", report.skipped());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void performance(String field, @Nullable Performance performance) throws IOException {
    if (performance == null) {
      json.writeNullField(field);
      return;
    }
    json.writeObjectFieldStart(field);
    json.writeStringField("program", performance.program());
    json.writeStringField("verdict", performance.verdict().name());
    Json.strings(json, "evidence", performance.evidence());
    json.writeEndObject();
  }
}
