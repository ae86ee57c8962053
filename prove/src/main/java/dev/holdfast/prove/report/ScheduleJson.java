package dev.holdfast.prove.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.findings.Json;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleStep;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;
import java.util.function.Function;

/**
 * What the schedules came to, as JSON. Scripts rely on every field: none is renamed, left out, or
 * given another type.
 */
public final class ScheduleJson {
  private ScheduleJson() {}

  /** Writes one document and a newline; does not close {@code out}. */
  public static void write(
      ScheduleProof proof, String version, Function<String, String> replay, Writer out)
      throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("version", version);
          Json.strings(json, "programs", proof.programs());
          Json.strings(json, "shared", proof.shared());
          claim(json, proof);
          json.writeArrayFieldStart("schedules");
          for (ScheduleFinding each : proof.findings()) {
            finding(json, each, replay);
          }
          json.writeEndArray();
          Json.strings(json, "observations", proof.observations());
          json.writeNumberField("undecided", proof.undecided());
          Json.strings(json, "notes", proof.notes());
          json.writeEndObject();
        });
  }

  private static void claim(JsonGenerator json, ScheduleProof proof) throws IOException {
    ScheduleProof.Claim claim = proof.claim();
    json.writeObjectFieldStart("claim");
    json.writeStringField("kind", claim.extent().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("schedules", proof.schedules());
    json.writeNumberField("classes", proof.classes());
    json.writeNullField("estimate");
    if (claim.extent() == Extent.BOUNDED) {
      json.writeNumberField("bound", claim.bound());
    } else {
      json.writeNullField("bound");
    }
    json.writeStringField("why", claim.why());
    json.writeEndObject();
  }

  private static void finding(
      JsonGenerator json, ScheduleFinding finding, Function<String, String> replay)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("verdict", finding.kind().name());
    Json.strings(json, "evidence", finding.evidence());
    json.writeNumberField("preemptions", finding.preemptions());
    json.writeBooleanField("again", finding.again());
    json.writeArrayFieldStart("steps");
    for (ScheduleStep step : finding.steps()) {
      json.writeStartObject();
      json.writeStringField("program", String.valueOf((char) ('A' + step.program())));
      json.writeStringField("task", step.task());
      json.writeStringField("call", step.call());
      json.writeStringField("about", step.about());
      json.writeStringField("result", step.result());
      json.writeBooleanField("preempts", step.preempts());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("replay", replay.apply(finding.replay()));
    json.writeEndObject();
  }
}
