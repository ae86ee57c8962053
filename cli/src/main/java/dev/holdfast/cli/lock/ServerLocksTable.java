package dev.holdfast.cli.lock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.remote.LockState;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/** Who holds and who waits for the locks of a server. */
final class ServerLocksTable {
  private ServerLocksTable() {}

  static void text(List<LockState> states, PrintWriter out) {
    for (LockState state : states) {
      state.holders().forEach(holder -> line("held   ", state.name(), holder, out));
      state.waiters().forEach(holder -> line("waiting", state.name(), holder, out));
    }
  }

  private static void line(String what, String name, Holder who, PrintWriter out) {
    // Names and hosts are anybody's.
    out.println(what + "  " + Text.printable(name + "  " + who));
  }

  static void json(List<LockState> states, PrintWriter out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("locks");
          for (LockState state : states) {
            json.writeStartObject();
            json.writeStringField("name", state.name());
            people(json, "holders", state.holders());
            people(json, "waiters", state.waiters());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void people(JsonGenerator json, String field, List<Holder> people)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Holder one : people) {
      json.writeStartObject();
      json.writeNumberField("pid", one.pid());
      json.writeStringField("command", one.command());
      json.writeStringField("host", one.host());
      json.writeStringField("mode", one.mode() == Mode.SHARED ? "shared" : "exclusive");
      Instant since = one.since();
      if (since != null) {
        json.writeStringField("since", since.toString());
      }
      json.writeStringField("note", one.note());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
