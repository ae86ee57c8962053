package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.lab.Lab;
import dev.holdfast.lab.model.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainCommandTest {
  /** Tests run in the module's directory. */
  private static final Path DOCS = Path.of("../docs");

  private static CommandRun run(String... args) {
    return CommandRun.of("explain", new ExplainCommand(), args);
  }

  @Test
  void everyRowOfTheCatalogueHasItsPage() throws IOException {
    try (Stream<Path> files = Files.list(DOCS)) {
      List<String> pages =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.matches("[A-Z][0-9]{2}\\.md"))
              .map(name -> name.substring(0, 3))
              .sorted()
              .toList();
      assertEquals(
          pages, Pages.ids().stream().filter(id -> id.matches("[A-Z]..")).sorted().toList());
      assertTrue(pages.size() > 60, pages::toString);
    }
    for (Scene scene : Lab.scenes()) {
      assertTrue(Pages.ids().contains(scene.id()), scene.id());
    }
  }

  @Test
  void theListHasATitleForEach() {
    List<String> lines = run().out().lines().toList();
    assertEquals(Pages.ids().size(), lines.size());
    assertTrue(lines.contains("S05: predictable name in a shared directory"), lines::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S05", "s05", "[S05]", "S05/rule-name", "[S05/rule-name]"})
  void anIdIsTakenAsOutputHasIt(String typed) throws IOException {
    CommandRun run = run(typed);
    assertEquals(new CommandRun(ExitCode.OK, Files.readString(DOCS.resolve("S05.md")), ""), run);
  }

  @Test
  void noPageIsMadeUp() {
    run("S05", "S21")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast explain: S21: no such id (did you mean 'S01'?); 'holdfast explain' lists"
                + " them");
    run("../README")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast explain: ../README: no such id; 'holdfast explain' lists them");
  }
}
