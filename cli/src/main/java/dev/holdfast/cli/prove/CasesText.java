package dev.holdfast.cli.prove;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Version;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.findings.terminal.TextTable;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Several cases together: one line for each, or one document. */
final class CasesText {
  private CasesText() {}

  private static long count(List<Answer> answers, int exit) {
    return answers.stream().filter(each -> each.exit() == exit).count();
  }

  /** {@code 3 cases: 2 as expected, 1 not, 0 not decided}. */
  static String summary(List<Answer> answers, int asked) {
    long open = count(answers, ExitCode.UNDECIDED) + asked - answers.size();
    return Text.count(asked, "case")
        + ": "
        + count(answers, ExitCode.OK)
        + " as expected, "
        + count(answers, ExitCode.NO)
        + " not, "
        + open
        + " not decided";
  }

  static String of(List<Answer> answers, int asked, Painter painter) {
    TextTable table = new TextTable(Text.WIDTH, "CASE", "CAME OUT");
    for (Answer each : answers) {
      table.row(new TextTable.Cell(each.name()), new TextTable.Cell(each.outcome(), ink(each)));
    }
    return table.render(painter) + "\n" + summary(answers, asked) + "\n";
  }

  private static Ink ink(Answer answer) {
    return switch (answer.exit()) {
      case ExitCode.OK -> Ink.GOOD;
      case ExitCode.NO -> Ink.BAD;
      default -> Ink.DOUBT;
    };
  }

  /**
   * @param ofPackage what the cases are the steps of; null if they are not those of a package
   */
  static void json(
      List<Answer> answers, int asked, Json.@Nullable Body ofPackage, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("version", Version.number());
    if (ofPackage != null) {
      json.writeFieldName("package");
      ofPackage.writeTo(json);
    }
    json.writeArrayFieldStart("cases");
    for (Answer each : answers) {
      json.writeStartObject();
      json.writeStringField("case", each.name());
      json.writeStringField("expected", each.expected().name().toLowerCase(Locale.ROOT));
      json.writeStringField("conclusion", each.listed() ? null : each.conclusion().name());
      json.writeNumberField("exit", each.exit());
      Json.strings(json, "doubts", each.doubts());
      json.writeFieldName("proof");
      Json.Body proof = each.json();
      if (proof == null) {
        json.writeNull();
      } else {
        proof.writeTo(json);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("summary");
    json.writeNumberField("cases", asked);
    json.writeNumberField("asExpected", count(answers, ExitCode.OK));
    json.writeNumberField("unexpected", count(answers, ExitCode.NO));
    json.writeNumberField("undecided", count(answers, ExitCode.UNDECIDED) + asked - answers.size());
    json.writeEndObject();
    json.writeEndObject();
  }
}
