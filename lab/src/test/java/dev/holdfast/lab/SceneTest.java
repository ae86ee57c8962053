package dev.holdfast.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.SceneResult;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SceneTest {
  /** Tests run in the module's directory, or in the project's. */
  private static final Path PROJECT = Path.of(Files.exists(Path.of("docs")) ? "." : "..");

  private static final List<String> FILE = List.of("/srv/arena/report");

  @BeforeAll
  static void requirements() {
    Requirements.twoIdentities();
  }

  static Stream<Scene> scenes() {
    return Lab.scenes().stream();
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void usualWayLosesAndHoldfastsHolds(Scene scene) {
    SceneResult result = Lab.run(List.of(scene), Progress.NONE).scenes().getFirst();
    assertTrue(result.ok(), () -> String.valueOf(result));
    for (VariantResult variant : result.variants()) {
      String skipped = variant.skipped();
      // A program that is not on this machine, or a file system.
      assertTrue(
          skipped == null || skipped.matches("no .+ here\\b.*"), () -> String.valueOf(variant));
    }
  }

  @Test
  void everyHazardHasScene() {
    List<Row> hazards = Stream.of(Row.values()).filter(Row::isHazard).toList();
    assertEquals(hazards, Lab.scenes().stream().map(Scene::row).toList());
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void sceneHasPage(Scene scene) throws IOException {
    String page = Files.readString(PROJECT.resolve("docs/" + scene.id() + ".md"));
    assertTrue(page.startsWith("# " + scene.id() + ": "), page);
    for (String part : List.of("./holdfast lab " + scene.id(), "## What remains", "Answers: ")) {
      assertTrue(page.contains(part), () -> scene.id() + " has no '" + part + "'");
    }
    scene
        .catalogue()
        .forEach(id -> assertTrue(page.contains(id), () -> scene.id() + " does not name " + id));
  }

  @Test
  void everyVictimIsAnExample() throws IOException {
    Path sources = PROJECT.resolve("lab/src/main/resources/dev/holdfast/lab");
    try (Stream<Path> all = Files.list(sources)) {
      List<Path> victims = all.toList();
      assertTrue(victims.size() >= 40, () -> String.valueOf(victims));
      for (Path victim : victims) {
        Path example = PROJECT.resolve("examples").resolve(victim.getFileName());
        assertTrue(Files.exists(example) && Files.isSameFile(victim, example), example::toString);
      }
    }
  }

  @Test
  void sceneOfTwoSafeProgramsIsNotOk() throws IOException {
    Victim safe = new Victim.Shell("set -C; >", "s06-born-narrow.sh", FILE);
    SceneResult result = perform(safe, safe, "test -s /srv/arena/report");
    assertEquals(Outcome.HELD, outcome(result, true), () -> String.valueOf(result));
    assertFalse(result.ok());
  }

  @Test
  void sceneOfTwoUnsafeProgramsIsNotOk() throws IOException {
    Victim unsafe = new Victim.Shell("> report.txt", "s05-fixed-name.sh", List.of("/srv/arena"));
    SceneResult result = perform(unsafe, unsafe, "test -s /srv/arena/report.txt");
    assertEquals(Outcome.LOST, outcome(result, true), () -> String.valueOf(result));
    assertEquals(Outcome.LOST, outcome(result, false), () -> String.valueOf(result));
    assertFalse(result.ok());
  }

  @Test
  void programThatDoesNotDoItsWorkFails() throws IOException {
    Victim unsafe = new Victim.Shell("> report.txt", "s05-fixed-name.sh", List.of("/srv/arena"));
    Victim idle = new Victim.Shell("set -C; >", "s06-born-narrow.sh", List.of("/dev/null"));
    SceneResult result = perform(unsafe, idle, "test -s /srv/arena/report.txt");
    assertEquals(Outcome.FAILED, outcome(result, false), () -> String.valueOf(result));
    assertFalse(result.ok());
  }

  private static SceneResult perform(Victim usual, Victim holdfast, String check)
      throws IOException {
    Scene scene = new Scene(Row.S05, List.of(), "root writes for a user");
    ProvedPlay play =
        new ProvedPlay(
            scene,
            Stages.attackersOwn("/srv/arena"),
            check,
            Set.of(Effect.WRITE, Effect.CREATE),
            Set.of(),
            List.of(new Pair("shell", usual, holdfast)));
    try (Workshop workshop = new Workshop()) {
      return new SceneResult(scene, play.perform(workshop, Progress.NONE));
    }
  }

  private static Outcome outcome(SceneResult result, boolean usual) {
    VariantResult variant = result.variants().getFirst();
    Performance performance = usual ? variant.usual() : variant.holdfast();
    assertTrue(performance != null, () -> String.valueOf(result));
    return performance.verdict();
  }
}
