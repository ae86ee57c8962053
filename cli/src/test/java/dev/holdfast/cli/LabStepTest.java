package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.lab.Lab;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.testing.Requirements;
import java.io.StringReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code holdfast lab --step}, with what somebody types. */
class LabStepTest {
  private static final class RealStage implements LabCommand.Stage {
    @Override
    public List<Scene> scenes() {
      return Lab.scenes();
    }

    @Override
    public LabReport run(List<Scene> scenes, Progress progress) {
      throw new AssertionError("nothing is to be run as a whole");
    }

    @Override
    public @Nullable String whyNot() {
      return Prover.whyNot();
    }
  }

  private static CommandRun run(String typed, String... args) {
    return CommandRun.of("lab", new LabCommand(new RealStage(), new StringReader(typed)), args);
  }

  private static void worlds() {
    Requirements.root("the attacker is another user than the victim");
    Requirements.nothingAgainst(Prover.whyNot());
  }

  private static final String ENTER = "\n".repeat(500);

  @ParameterizedTest
  @CsvSource({"S05, report.txt", "S04, ''"})
  void enterStrikesAtEachStop(String scene, String line) {
    worlds();
    CommandRun run = run(ENTER, "--step", scene);
    assertEquals(ExitCode.OK, run.exit(), () -> run.out() + run.err());
    assertTrue(run.out().contains("THE USUAL WAY"), run::out);
    assertTrue(run.out().contains("The attacker gains "), run::out);
    assertTrue(run.out().contains("HOLDFAST'S WAY"), run::out);
    assertTrue(
        run.out()
            .lines()
            .anyMatch(l -> l.startsWith("> ") && l.contains(line) && l.contains(" | ")),
        run::out);
    assertTrue(run.out().endsWith("The usual way lost, and Holdfast's way held.\n"), run::out);
    run.out().lines().forEach(l -> assertTrue(l.length() <= 100, l));
  }

  /** The control: who does not strike sees no break-in, and has seen nothing proved. */
  @ParameterizedTest
  @CsvSource({"''", "'q\nq\n'", "'n\nn\nn\nn\nn\nn\nn\nn\nn\nn\n'"})
  void whoDoesNotStrikeProvesNothing(String typed) {
    worlds();
    CommandRun run = run(typed, "--step", "S05");
    assertEquals(ExitCode.UNDECIDED, run.exit(), run::out);
    assertFalse(run.out().contains("The attacker gains"), run::out);
    assertTrue(run.out().contains("You left before the end."), run::out);
  }

  @Test
  void aSceneWithoutStopsSaysSo() {
    worlds();
    run(ENTER, "--step", "L02", "--quiet");
    CommandRun run = run(ENTER, "--step", "L02");
    assertEquals(ExitCode.UNDECIDED, run.exit());
    assertTrue(
        run.err().startsWith("holdfast lab: L02: its programs act on one another"), run::err);
  }

  @Test
  void whatCannotBeToldAsItGoesIsRefused() {
    for (String option : List.of("--list", "--html=x", "--json")) {
      assertEquals(ExitCode.USAGE, run("", "--step", "S05", option).exit(), option);
    }
    run("", "--step")
        .assertRefused(ExitCode.USAGE, "holdfast lab: SCENE: missing: name one, such as S01");
  }
}
