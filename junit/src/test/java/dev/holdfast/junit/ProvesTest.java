package dev.holdfast.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.holdfast.prove.Prover;
import dev.holdfast.prove.report.Conclusion;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What JUnit says of tests that are proofs: those of programs that lose beside those that hold. */
class ProvesTest {
  private static final String SHARED = "chmod 1777 /shared";

  @BeforeAll
  static void requirements() {
    Requirements.root("private worlds, and an attacker that is somebody else");
    Requirements.nothingAgainst(Prover.whyNot());
  }

  /** Tests as users write them; each is run by name. */
  static class Tests {
    private static final Path FILE = Path.of("/shared/f");

    @Proves(
        command = {"/bin/sh", "-c", "echo token > /shared/f"},
        fresh = "/shared",
        setup = SHARED)
    void commandThatLoses() {}

    @Proves(
        command = {"/bin/sh", "-c", "set -C; echo token > /shared/f"},
        fresh = "/shared",
        setup = SHARED)
    void commandThatHolds() {}

    @Proves(
        command = {"/bin/sh", "-c", "echo token > /shared/f"},
        fresh = "/shared",
        setup = SHARED,
        expect = Conclusion.Kind.BROKEN)
    void controlThatLoses() {}

    @Proves(fresh = "/shared", setup = SHARED)
    void bodyThatLoses() throws IOException {
      Files.writeString(FILE, "token\n");
    }

    @Proves(fresh = "/shared", setup = SHARED)
    void bodyThatHolds() throws IOException {
      Files.writeString(FILE, "token\n", StandardOpenOption.CREATE_NEW);
    }

    @Proves(
        command = {"/bin/sh", "-c", "cd /shared; n=$(cat n); echo $((n+1)) > n"},
        fresh = "/shared",
        setup = "echo 0 > /shared/n",
        twice = true)
    void twiceThatLoses() {}

    @Proves(
        command = {
          "/bin/sh",
          "-c",
          "cd /shared; exec 9< n; flock 9; n=$(cat n); echo $((n+1)) > n"
        },
        fresh = "/shared",
        setup = "echo 0 > /shared/n",
        twice = true)
    void twiceThatHolds() {}

    @Proves(
        command = {"/bin/sh", "-c", "echo new > /shared/n"},
        fresh = "/shared",
        setup = "echo old > /shared/n",
        check = "grep -qxE 'old|new' /shared/n",
        crash = true)
    void crashThatLoses() {}

    @Proves(
        command = {"/bin/sh", "-c", "echo new > /shared/t; mv /shared/t /shared/n"},
        fresh = "/shared",
        setup = "echo old > /shared/n",
        check = "grep -qxE 'old|new' /shared/n",
        crash = true)
    void crashThatHolds() {}

    @Proves(command = "true", main = Tests.class)
    void twoPrograms() {}

    @Proves(command = "true", timeout = "soon")
    void oddDuration() {}

    @Proves(crash = true, command = "true")
    void crashWithoutCheck() {}
  }

  private static TestExecutionResult result(String method) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(Tests.class, method))
        .execute()
        .testEvents()
        .finished()
        .list()
        .getFirst()
        .getRequiredPayload(TestExecutionResult.class);
  }

  private static String failure(String method) {
    TestExecutionResult result = result(method);
    assertEquals(TestExecutionResult.Status.FAILED, result.getStatus(), result::toString);
    return String.valueOf(result.getThrowable().orElseThrow().getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"commandThatLoses", "bodyThatLoses", "twiceThatLoses", "crashThatLoses"})
  void whoLosesFails(String method) throws IOException {
    String told = failure(method);
    assertTrue(told.startsWith("the program is broken"), told);
    Path report =
        Path.of(told.substring(told.lastIndexOf("report: ") + "report: ".length()).strip());
    assertTrue(Files.readString(report).contains("<html"), report::toString);
    assertTrue(report.getFileName().toString().contains(method), report::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "commandThatHolds",
        "bodyThatHolds",
        "twiceThatHolds",
        "crashThatHolds",
        "controlThatLoses"
      })
  void whoHoldsPasses(String method) {
    TestExecutionResult result = result(method);
    assertEquals(TestExecutionResult.Status.SUCCESSFUL, result.getStatus(), result::toString);
  }

  /** What a test is told of a program that loses is what holdfast prove says. */
  @Test
  void failureReadsLikeTheCommand() {
    String told = failure("commandThatLoses");
    assertTrue(told.contains("WRITE"), told);
    assertTrue(told.contains("-Dholdfast.replay="), told);
  }

  @Test
  void wrongUseIsSaid() {
    assertTrue(failure("twoPrograms").contains("command and main"), "both");
    assertTrue(failure("oddDuration").contains("'soon' is not a duration"), "duration");
    assertTrue(failure("crashWithoutCheck").contains("a crash needs a check"), "crash");
  }

  @Test
  void codeThatCapturesIsRefused() {
    String word = String.valueOf(System.nanoTime());
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Prove.code(() -> Files.writeString(Tests.FILE, word)));
    assertTrue(String.valueOf(refused.getMessage()).contains("static method"), refused::toString);
  }

  static void makesAnew() throws IOException {
    Files.writeString(Tests.FILE, "token\n", StandardOpenOption.CREATE_NEW);
  }

  /** Without the annotation, in any test. */
  @Test
  void codeByItself() {
    Prove.code(ProvesTest::makesAnew).fresh("/shared").setup(SHARED).assertHolds();
    Proven control =
        Prove.command("/bin/sh", "-c", "echo token > /shared/f")
            .fresh("/shared")
            .setup(SHARED)
            .prove();
    assertEquals(Conclusion.Kind.BROKEN, control.kind(), control.text());
  }
}
