package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.prove.Prover;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The exercises are lost as they are given, won by a solution, and not by doing nothing. */
class ExercisesTest {
  private static final Path EXERCISES = Path.of("../examples/exercises");

  /** Not in /tmp, which one of the exercises has for its own. */
  private final Path directory;

  ExercisesTest() throws IOException {
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "holdfast-exercises");
  }

  @AfterEach
  void remove() throws IOException {
    Trees.delete(directory, TreeOptions.defaults());
  }

  static List<String> exercises() throws IOException {
    try (Stream<Path> all = Files.list(EXERCISES)) {
      return all.filter(Files::isDirectory).map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void thereAreTen() throws IOException {
    assertEquals(10, exercises().size());
    String index = Files.readString(EXERCISES.resolve("README.md"));
    for (String each : exercises()) {
      assertTrue(index.contains("| [" + each + "](" + each + "/"), each);
    }
  }

  /** In the directory of the exercise, as a student runs it. */
  private void assertMark(int expected, Path exercise, String how) throws Exception {
    Process process =
        new ProcessBuilder(CommandRun.process("prove", "--quiet", "--case", "case.toml"))
            .directory(exercise.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(expected, process.waitFor(), how + ": " + said);
  }

  private static Path program(Path exercise) throws IOException {
    try (Stream<Path> all = Files.list(exercise)) {
      return all.filter(p -> !p.endsWith("case.toml")).findFirst().orElseThrow();
    }
  }

  @ParameterizedTest
  @MethodSource("exercises")
  void itIsGraded(String name) throws Exception {
    Requirements.root("the attacker is another user than the victim");
    Requirements.nothingAgainst(Prover.whyNot());
    Requirements.program("setpriv");
    Requirements.program("flock");
    if (name.contains("unpack")) {
      Requirements.program("/usr/bin/python3");
    }
    Path exercise = Files.createDirectory(directory.resolve(name));
    for (String file :
        List.of("case.toml", program(EXERCISES.resolve(name)).getFileName().toString())) {
      Files.copy(EXERCISES.resolve(name).resolve(file), exercise.resolve(file));
    }
    Path program = program(exercise);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertMark(ExitCode.NO, exercise, "as it is given");

    String solution = "solutions/" + name + "/" + program.getFileName();
    try (InputStream in = ExercisesTest.class.getResourceAsStream(solution)) {
      assertTrue(in != null, solution);
      Files.write(program, in.readAllBytes());
    }
    assertMark(ExitCode.OK, exercise, "by the solution");

    // Nobody wins by doing nothing, where the program has something to show.
    if (Files.readString(exercise.resolve("case.toml")).contains("&&")) {
      Files.writeString(program, name.contains("unpack") ? "pass\n" : "#!/bin/sh\nexit 0\n");
      assertMark(ExitCode.UNDECIDED, exercise, "by nothing");
    }
  }
}
