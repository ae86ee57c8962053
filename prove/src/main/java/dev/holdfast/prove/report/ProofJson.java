package dev.holdfast.prove.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.Place;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.LeftOut;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A proof as JSON. Scripts rely on every field: none is renamed, left out, or given another type.
 */
public final class ProofJson {
  private final JsonGenerator json;
  private final ToldProof told;

  private ProofJson(JsonGenerator json, ToldProof told) {
    this.json = json;
    this.told = told;
  }

  /** Writes one document and a newline; does not close {@code out}. */
  public static void write(ToldProof told, Writer out) throws IOException {
    Json.document(out, json -> write(told, json));
  }

  /** As a value of a larger document. */
  public static void write(ToldProof told, JsonGenerator json) throws IOException {
    new ProofJson(json, told).proof();
  }

  private void proof() throws IOException {
    Proof proof = told.proof();
    json.writeStartObject();
    json.writeStringField("version", told.version());
    json.writeObjectFieldStart("victim");
    Json.strings(json, "argv", proof.argv());
    json.writeStringField("user", proof.user());
    json.writeEndObject();
    json.writeStringField("attacker", proof.attacker());
    json.writeObjectFieldStart("observed");
    json.writeNumberField("calls", proof.calls());
    json.writeNumberField("tasks", proof.tasks());
    json.writeNumberField("exit", proof.exit());
    json.writeBooleanField("complete", proof.complete());
    json.writeEndObject();
    json.writeArrayFieldStart("windows");
    for (WindowResult result : proof.windows()) {
      window(result.window(), result);
    }
    for (Window listed : proof.listed()) {
      window(listed, null);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("summary");
    json.writeNumberField("windows", proof.windows().size() + proof.listed().size());
    json.writeNumberField("trials", proof.trials());
    json.writeNumberField("race", proof.races());
    json.writeNumberField("plainFollow", proof.plainFollows());
    json.writeNumberField("reached", proof.count(Verdict.REACHED));
    json.writeNumberField("takenIn", proof.count(Verdict.TAKEN_IN));
    json.writeNumberField("survived", proof.count(Verdict.SURVIVED));
    json.writeNumberField("undecided", proof.undecided());
    json.writeNumberField("pruned", proof.prunedTotal());
    json.writeNumberField("guarded", proof.guarded());
    json.writeNumberField("listed", proof.listed().size());
    json.writeNumberField("leftOut", proof.leftOutTotal());
    json.writeNumberField("known", told.knownOnes());
    json.writeEndObject();
    json.writeObjectFieldStart("pruned");
    for (Map.Entry<String, Integer> reason : new TreeMap<>(proof.pruned()).entrySet()) {
      json.writeNumberField(reason.getKey(), reason.getValue());
    }
    json.writeEndObject();
    leftOut(proof.leftOut());
    json.writeObjectFieldStart("ways");
    json.writeNumberField("followed", proof.ways().followed());
    json.writeNumberField("alike", proof.ways().alike());
    json.writeNumberField("unfollowed", proof.ways().unfollowed());
    json.writeEndObject();
    Conclusion conclusion = told.conclusion();
    json.writeStringField("conclusion", told.listed() ? null : conclusion.kind().name());
    Json.strings(json, "doubts", told.listed() ? List.of() : conclusion.doubts());
    Json.strings(json, "notes", proof.notes());
    json.writeEndObject();
  }

  private void leftOut(List<LeftOut> kinds) throws IOException {
    json.writeArrayFieldStart("leftOut");
    for (LeftOut kind : kinds) {
      json.writeStartObject();
      json.writeStringField("like", kind.like().id());
      json.writeNumberField("tried", kind.tried());
      json.writeNumberField("windows", kind.windows());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /**
   * @param result null for what was not tried: it has no verdict
   */
  private void window(Window window, @Nullable WindowResult result) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", window.id());
    json.writeStringField("hazard", window.hazard().name());
    call("use", window.use());
    call("check", window.check());
    json.writeObjectFieldStart("binding");
    json.writeStringField("directory", window.directory());
    json.writeStringField("entry", window.entry());
    json.writeEndObject();
    json.writeStringField("strike", window.strike().id());
    before(window.before());
    json.writeStringField("verdict", result == null ? null : result.verdict().name());
    json.writeArrayFieldStart("effects");
    for (Effect effect : Effect.values()) {
      if (result != null && result.effects().contains(effect)) {
        json.writeString(effect.name());
      }
    }
    json.writeEndArray();
    Label label = result == null ? null : result.label();
    json.writeStringField("label", label == null ? null : label.name());
    Json.strings(json, "blockedBy", result == null ? List.of() : result.blockedBy());
    Json.strings(json, "evidence", result == null ? List.of() : result.evidence());
    json.writeStringField("replay", window.id());
    json.writeStringField("fingerprint", window.fingerprint());
    boolean known = result != null && told.isKnown(result);
    json.writeStringField("known", known ? told.known().get(window.fingerprint()) : null);
    source(window);
    json.writeEndObject();
  }

  /** The line of the script, or the file, that leads to it. */
  private void source(Window window) throws IOException {
    Place.Source source = ScriptPlace.of(told.proof().argv(), told.scripts(), window.use());
    if (source == null) {
      json.writeNullField("source");
      return;
    }
    json.writeObjectFieldStart("source");
    json.writeStringField("file", source.file());
    if (source.line() == 0) {
      json.writeNullField("line");
    } else {
      json.writeNumberField("line", source.line());
    }
    json.writeEndObject();
  }

  /** What the intruder did earlier in the same run. */
  private void before(@Nullable Window before) throws IOException {
    if (before == null) {
      json.writeNullField("before");
      return;
    }
    json.writeObjectFieldStart("before");
    json.writeStringField("id", before.id());
    call("use", before.use());
    json.writeStringField("directory", before.directory());
    json.writeStringField("entry", before.entry());
    json.writeStringField("strike", before.strike().id());
    json.writeEndObject();
  }

  private void call(String field, @Nullable CallRef call) throws IOException {
    if (call == null) {
      json.writeNullField(field);
      return;
    }
    json.writeObjectFieldStart(field);
    json.writeStringField("call", call.call());
    json.writeStringField("path", call.path());
    json.writeStringField("task", call.task());
    json.writeNumberField("nth", call.nth());
    Json.strings(json, "command", call.doer().command());
    json.writeStringField("thread", call.doer().thread());
    json.writeStringField("directory", call.doer().directory());
    json.writeEndObject();
  }
}
