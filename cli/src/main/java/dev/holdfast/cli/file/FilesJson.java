package dev.holdfast.cli.file;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.files.host.HostSetting;
import dev.holdfast.files.host.UnlinkedFile;
import dev.holdfast.files.host.UnlinkedFiles;
import dev.holdfast.files.tree.CleaningEvent.Decision;
import dev.holdfast.files.tree.CleaningReport;
import dev.holdfast.files.tree.TreeFailure;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.trust.TrustComponent;
import dev.holdfast.files.trust.TrustReason;
import dev.holdfast.files.trust.TrustVerdict;
import dev.holdfast.findings.Json;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/** The results of the file commands as JSON: scripts rely on every field. */
public final class FilesJson {
  private FilesJson() {}

  /** Writes a verdict; does not close {@code out}. */
  public static void trust(TrustVerdict verdict, Writer out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("path", verdict.path());
          json.writeBooleanField("exists", verdict.exists());
          json.writeBooleanField("trusted", verdict.trusted());
          json.writeArrayFieldStart("components");
          for (TrustComponent component : verdict.components()) {
            component(json, component);
          }
          json.writeEndArray();
          reasons(json, "absent", verdict.absentReasons());
          json.writeEndObject();
        });
  }

  private static void component(JsonGenerator json, TrustComponent component) throws IOException {
    json.writeStartObject();
    json.writeStringField("path", component.path());
    json.writeStringField("kind", component.stat().kind().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("uid", Integer.toUnsignedLong(component.stat().uid()));
    json.writeNumberField("gid", Integer.toUnsignedLong(component.stat().gid()));
    json.writeStringField("mode", "%04o".formatted(component.stat().mode()));
    json.writeStringField("linkTarget", component.linkTarget());
    json.writeStringField("fileSystem", component.fileSystem());
    Json.strings(json, "mountOptions", component.mountOptions());
    reasons(json, "reasons", component.reasons());
    json.writeEndObject();
  }

  private static void reasons(JsonGenerator json, String field, List<TrustReason> reasons)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (TrustReason reason : reasons) {
      json.writeStartObject();
      json.writeStringField("rule", reason.kind().name());
      json.writeStringField("hazard", reason.kind().row().name());
      json.writeStringField("who", reason.who());
      json.writeStringField("could", reason.could());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes what tree work did; does not close {@code out}. */
  public static void tree(TreeReport report, Writer out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeBooleanField("complete", report.complete());
          json.writeNumberField("directories", report.done().directories());
          json.writeNumberField("others", report.done().others());
          json.writeNumberField("bytes", report.done().bytes());
          json.writeNumberField("vanished", report.done().vanished());
          json.writeNumberField("failed", report.done().failures());
          failures(json, report.failures());
          json.writeEndObject();
        });
  }

  private static void failures(JsonGenerator json, List<TreeFailure> failures) throws IOException {
    json.writeArrayFieldStart("failures");
    for (TreeFailure failure : failures) {
      json.writeStartObject();
      json.writeStringField("path", failure.path());
      json.writeStringField("call", failure.call());
      json.writeStringField("errno", failure.errnoName());
      json.writeStringField("reason", failure.reason());
      json.writeStringField("hazard", failure.row() == null ? "" : failure.row().name());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes what a cleaning did; does not close {@code out}. */
  public static void cleaning(CleaningReport report, Writer out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeNumberField("bytes", report.bytes());
          json.writeObjectFieldStart("decisions");
          for (Decision decision : Decision.values()) {
            json.writeNumberField(decision.name().toLowerCase(Locale.ROOT), report.count(decision));
          }
          json.writeEndObject();
          failures(json, report.failures());
          json.writeEndObject();
        });
  }

  /** Writes the unlinked files; does not close {@code out}. */
  public static void unlinked(UnlinkedFiles.Report report, Writer out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("files");
          for (UnlinkedFile file : report.files()) {
            json.writeStartObject();
            json.writeStringField("name", file.name());
            json.writeNumberField("device", file.device());
            json.writeNumberField("inode", file.inode());
            json.writeNumberField("uid", Integer.toUnsignedLong(file.uid()));
            json.writeNumberField("bytes", file.bytes());
            json.writeNumberField("allocatedBytes", file.allocatedBytes());
            json.writeArrayFieldStart("holders");
            for (UnlinkedFile.Holder holder : file.holders()) {
              json.writeStartObject();
              json.writeNumberField("pid", holder.pid());
              json.writeStringField("command", holder.command());
              json.writeNumberField("uid", Integer.toUnsignedLong(holder.uid()));
              json.writeArrayFieldStart("descriptors");
              for (int descriptor : holder.descriptors()) {
                json.writeNumber(descriptor);
              }
              json.writeEndArray();
              json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeNumberField("allocatedBytes", report.allocatedBytes());
          json.writeNumberField("processes", report.processes());
          json.writeNumberField("unreadable", report.unreadable());
          json.writeEndObject();
        });
  }

  /** Writes the host's settings; does not close {@code out}. */
  public static void settings(List<HostSetting> settings, Writer out) throws IOException {
    Json.document(
        out,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("settings");
          for (HostSetting setting : settings) {
            json.writeStartObject();
            json.writeStringField("name", setting.name());
            json.writeStringField("value", setting.value());
            json.writeStringField("verdict", setting.verdict().name());
            json.writeStringField("meaning", setting.meaning());
            json.writeStringField("advice", setting.advice());
            json.writeStringField("catalogue", setting.row().name());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
