package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.catalogue.Row;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.SceneResult;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabCommandTest {
  private static final Scene S01 = new Scene(Row.S01, List.of(Row.F01), "a directory of nobody's");
  private static final Scene S03 = new Scene(Row.S03, List.of(Row.F02), "a directory of nobody's");

  private static Performance performance(Outcome outcome) {
    return new Performance(
        "Files.readAttributes, check, Files.newOutputStream, and a good deal more than fits",
        "s01.c",
        outcome,
        List.of("evidence of " + outcome),
        4,
        9);
  }

  private static VariantResult variant(String name, Outcome usual, Outcome holdfast) {
    return new VariantResult(name, performance(usual), performance(holdfast), null);
  }

  private static VariantResult skipped(String name) {
    return new VariantResult(name, null, null, "no C compiler here");
  }

  private static CommandRun run(List<SceneResult> results, String... args) {
    LabCommand.Stage stage =
        new LabCommand.Stage() {
          @Override
          public List<Scene> scenes() {
            return List.of(S01, S03);
          }

          @Override
          public LabReport run(List<Scene> scenes, Progress progress) {
            return new LabReport(
                results.stream().filter(r -> scenes.contains(r.scene())).toList(),
                List.of("a note"));
          }

          @Override
          public @Nullable String whyNot() {
            return null;
          }
        };
    return CommandRun.of("lab", new LabCommand(stage), args);
  }

  private static final SceneResult GOOD =
      new SceneResult(S01, List.of(variant("C", Outcome.LOST, Outcome.HELD), skipped("Java")));
  private static final SceneResult BAD =
      new SceneResult(S03, List.of(variant("shell", Outcome.HELD, Outcome.HELD)));
  private static final SceneResult SKIPPED = new SceneResult(S03, List.of(skipped("C")));

  @Test
  void theExitStatusIsTheAnswer() {
    assertEquals(ExitCode.OK, run(List.of(GOOD)).exit());
    assertEquals(ExitCode.OK, run(List.of(GOOD, SKIPPED)).exit());
    assertEquals(ExitCode.NO, run(List.of(GOOD, BAD)).exit());
    assertEquals(ExitCode.UNDECIDED, run(List.of(SKIPPED)).exit());
  }

  @Test
  void onlyTheNamedScenesRun() {
    CommandRun run = run(List.of(GOOD, BAD), "s01");
    assertEquals(ExitCode.OK, run.exit());
    assertTrue(run.out().endsWith("1 scene: 1 ok, 0 failed, 0 skipped\n"), run.out());
  }

  @Test
  void anUnknownSceneIsRefusedWithTheList() {
    run(List.of(), "S01", "S99")
        .assertRefused(ExitCode.USAGE, "holdfast lab: S99: no such scene; there are S01, S03");
  }

  @Test
  void theTableFitsAndTellsWhatFailed() {
    CommandRun run = run(List.of(GOOD, BAD));
    for (String line : run.out().lines().toList()) {
      assertTrue(line.length() <= 100, line);
    }
    assertFalse(run.out().contains("\u001b"), run.out());
    assertTrue(run.out().contains("S01 Java: skipped: no C compiler here"), run.out());
    assertTrue(run.out().contains("evidence of HELD"), run.out());
    assertFalse(run.out().contains("evidence of LOST"), run.out());
    assertTrue(run.out().endsWith("2 scenes: 1 ok, 1 failed, 0 skipped\n"), run.out());
    assertEquals("holdfast lab: note: a note\n", run.err());
    assertTrue(run(List.of(GOOD), "--verbose").out().contains("evidence of LOST"));
    assertTrue(run(List.of(GOOD), "--color=always").out().contains("\u001b[32m"));
  }

  @Test
  void theListRunsNothing() throws IOException {
    CommandRun run = run(List.of(BAD), "--list");
    assertEquals(ExitCode.OK, run.exit());
    assertTrue(run.out().contains("S03"), run.out());
    JsonNode json = new ObjectMapper().readTree(run(List.of(), "--list", "--json").out());
    assertEquals("S03", json.at("/scenes/1/id").textValue());
  }

  @Test
  void theJsonIsWhatScriptsRelyOn() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode json = mapper.readTree(run(List.of(GOOD, SKIPPED), "--json").out());
    assertEquals(mapper.readTree("{\"scenes\":2,\"ok\":1,\"skipped\":1}"), json.path("summary"));
    JsonNode good = json.at("/scenes/0");
    assertEquals("S01", good.path("id").textValue());
    assertEquals("check then use by name", good.path("title").textValue());
    assertEquals("LOST", good.at("/usual/verdict").textValue());
    assertEquals("evidence of HELD", good.at("/holdfast/evidence/0").textValue());
    assertTrue(good.at("/usual/program").textValue().startsWith("Files.readAttributes"));
    assertTrue(good.path("ok").booleanValue());
    assertTrue(good.path("skipped").isNull());
    assertEquals(2, good.path("variants").size());
    JsonNode skipped = json.at("/scenes/1");
    assertFalse(skipped.path("ok").booleanValue());
    assertEquals("no C compiler here", skipped.path("skipped").textValue());
    assertTrue(skipped.path("usual").isNull());
  }

  @Test
  void thePageIsWritten(@TempDir Path directory) throws IOException {
    Path page = directory.resolve("lab.html");
    assertEquals(ExitCode.OK, run(List.of(GOOD, SKIPPED), "--html=" + page).exit());
    String html = Files.readString(page);
    assertTrue(html.contains("evidence of LOST"), html);
    assertTrue(html.contains("no C compiler here"), html);
  }
}
