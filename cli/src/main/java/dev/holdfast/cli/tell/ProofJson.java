package dev.holdfast.cli.tell;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.io.IOException;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * A proof as JSON. Scripts rely on every field: none is renamed, left out, or given another type.
 */
public final class ProofJson {
  private final JsonGenerator json;

  private ProofJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes one document and a newline; does not close {@code out}. */
  public static void write(Telling telling, Writer out) throws IOException {
    Json.document(out, json -> new ProofJson(json).proof(telling));
  }

  private void proof(Telling telling) throws IOException {
    Proof proof = telling.proof();
    json.writeStartObject();
    json.writeStringField("version", telling.version());
    json.writeObjectFieldStart("victim");
    Json.strings(json, "argv", proof.argv());
    json.writeStringField("user", proof.user());
    json.writeEndObject();
    json.writeStringField("attacker", proof.attacker());
    json.writeObjectFieldStart("observed");
    json.writeNumberField("calls", proof.calls());
    json.writeNumberField("tasks", proof.tasks());
    json.writeNumberField("exit", proof.exit());
    json.writeEndObject();
    json.writeArrayFieldStart("windows");
    for (WindowResult result : proof.windows()) {
      window(result, telling.listed());
    }
    json.writeEndArray();
    json.writeObjectFieldStart("summary");
    json.writeNumberField("windows", proof.windows().size());
    json.writeNumberField("trials", proof.trials());
    json.writeNumberField("race", proof.races());
    json.writeNumberField("plainFollow", proof.plainFollows());
    json.writeNumberField("reached", telling.listed() ? 0 : proof.count(Verdict.REACHED));
    json.writeNumberField("survived", telling.listed() ? 0 : proof.count(Verdict.SURVIVED));
    json.writeNumberField("undecided", telling.listed() ? 0 : proof.undecided());
    json.writeNumberField("pruned", proof.prunedTotal());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void window(WindowResult result, boolean listed) throws IOException {
    Window window = result.window();
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
    // What was not tried has no verdict, and must not be taken for one that survived.
    json.writeStringField("verdict", listed ? null : result.verdict().name());
    json.writeArrayFieldStart("effects");
    for (Effect effect : Effect.values()) {
      if (result.effects().contains(effect)) {
        json.writeString(effect.name());
      }
    }
    json.writeEndArray();
    Label label = result.label();
    json.writeStringField("label", label == null ? null : label.name());
    Json.strings(json, "blockedBy", result.blockedBy());
    Json.strings(json, "evidence", result.evidence());
    json.writeStringField("replay", window.id());
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
    json.writeEndObject();
  }
}
