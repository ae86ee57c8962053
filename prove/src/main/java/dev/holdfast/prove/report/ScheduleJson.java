package dev.holdfast.prove.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.Standing;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/**
 * What the schedules came to, as JSON. Scripts rely on every field: none is renamed, left out, or
 * given another type.
 */
public final class ScheduleJson {
  private ScheduleJson() {}

  /** Writes one document and a newline; does not close {@code out}. */
  public static void write(ToldSchedules told, Writer out) throws IOException {
    Json.document(out, json -> write(told, json));
  }

  /** As a value of a larger document. */
  public static void write(ToldSchedules told, JsonGenerator json) throws IOException {
    ScheduleProof proof = told.proof();
    json.writeStartObject();
    json.writeStringField("version", told.version());
    Json.strings(json, "programs", proof.programs());
    Json.strings(json, "shared", proof.shared());
    claim(json, proof);
    json.writeArrayFieldStart("schedules");
    for (ScheduleFinding each : proof.findings()) {
      finding(json, each, told);
    }
    json.writeEndArray();
    Json.strings(json, "observations", proof.observations());
    json.writeNumberField("undecided", proof.undecided());
    Json.strings(json, "notes", proof.notes());
    json.writeEndObject();
  }

  private static void claim(JsonGenerator json, ScheduleProof proof) throws IOException {
    ScheduleProof.Claim claim = proof.claim();
    json.writeObjectFieldStart("claim");
    json.writeStringField("kind", claim.extent().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("schedules", proof.schedules());
    json.writeNumberField("classes", proof.classes());
    json.writeNumberField("firstFailing", proof.firstFailing());
    ScheduleProof.Sample sample = claim.sample();
    if (sample != null && sample.about() > 0) {
      json.writeNumberField("estimate", Math.round(sample.about()));
    } else {
      json.writeNullField("estimate");
    }
    if (claim.extent() == Extent.BOUNDED && claim.bound() < Integer.MAX_VALUE) {
      json.writeNumberField("bound", claim.bound());
    } else {
      json.writeNullField("bound");
    }
    json.writeStringField("why", claim.why());
    json.writeEndObject();
  }

  private static void finding(JsonGenerator json, ScheduleFinding finding, ToldSchedules told)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("verdict", finding.kind().name());
    Json.strings(json, "evidence", finding.evidence());
    json.writeNumberField("preemptions", finding.preemptions());
    json.writeBooleanField("again", finding.again());
    json.writeArrayFieldStart("steps");
    for (ScheduleStep step : finding.steps()) {
      json.writeStartObject();
      json.writeStringField("program", ScheduleWords.letter(step.program()));
      json.writeStringField("task", step.task());
      json.writeStringField("call", step.call());
      json.writeStringField("about", step.about());
      json.writeStringField("result", step.result());
      json.writeStringField("holds", step.holds());
      json.writeBooleanField("preempts", step.preempts());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("waits");
    for (ScheduleWait wait : finding.waits()) {
      json.writeStartObject();
      json.writeNumberField("step", wait.step());
      json.writeStringField("program", ScheduleWords.letter(wait.program()));
      json.writeStringField("call", wait.call());
      json.writeStringField("about", wait.about());
      Json.strings(json, "holders", wait.holders().stream().map(ScheduleWords::letter).toList());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("turning");
    for (int step : finding.turning()) {
      json.writeNumber(step);
    }
    json.writeEndArray();
    outcomes(json, finding.outcomes());
    json.writeStringField("hazard", ScheduleWords.rule(finding.kind()));
    Json.strings(json, "advice", ScheduleAdvice.of(finding.kind(), told.commands()));
    json.writeStringField("answer", ScheduleAdvice.row(finding.kind()).name());
    json.writeStringField("replay", told.replay().apply(finding.replay()));
    json.writeStringField("fingerprint", ScheduleReport.fingerprint(finding));
    Standing standing = told.standing(finding);
    json.writeStringField("known", standing.known() ? standing.reason() : null);
    json.writeEndObject();
  }

  private static void outcomes(JsonGenerator json, ScheduleOutcomes outcomes) throws IOException {
    json.writeArrayFieldStart("outcomes");
    for (ScheduleOutcomes.Row row : outcomes.rows()) {
      json.writeStartObject();
      json.writeStringField("name", row.name());
      json.writeStringField("here", row.here());
      json.writeObjectFieldStart("serial");
      for (int i = 0; i < outcomes.orders().size(); i++) {
        json.writeStringField(outcomes.orders().get(i), row.serial().get(i));
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
