package dev.holdfast.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.CommandRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTest {
  /** One of each kind. */
  private static final class Sample extends Command {
    final Value<Boolean> flag = flag("-f, --flag", "A flag.");
    final Value<Path> file = option("--file", "FILE", Path.class, "A file.");
    final Value<Integer> number =
        option("--number", "N", int.class, "Default: ${DEFAULT-VALUE}.").ordinarily("7");
    final Value<Duration> age =
        option("--age", "AGE", Duration.class, "An age.").read(new Age()).required();
    final Value<List<String>> words = options("--word", "WORD", String.class, "Repeatable.");
    final Value<String> first = operand("FIRST", String.class, "The first.");
    final Value<Path> second = operand("SECOND", Path.class, "The second.");

    Sample() {
      super("sample");
      description("Is tried.");
    }

    @Override
    public Integer call() {
      return globals().quiet() ? 40 : 41;
    }
  }

  private final Sample sample = new Sample();

  private CommandRun run(String... args) {
    return CommandRun.of("sample", sample, args);
  }

  @Test
  void whatIsNotGivenIsAbsentOrOrdinary() {
    assertEquals(new CommandRun(41, "", ""), run("--age=1d", "a", "b"));
    assertFalse(sample.flag.get());
    assertFalse(sample.file.given());
    assertNull(sample.file.orNull());
    assertEquals(Path.of("other"), sample.file.or(Path.of("other")));
    assertEquals(7, sample.number.get());
    assertEquals(List.of(), sample.words.or(List.of()));
  }

  @Test
  void whatIsTypedArrives() {
    String[] typed = {
      "-f", "a", "--word=x", "--file", "f", "--quiet", "b", "--number=8", "--word=y", "--age=2w"
    };
    assertEquals(new CommandRun(40, "", ""), run(typed));
    assertTrue(sample.flag.get());
    assertEquals(Path.of("f"), sample.file.get());
    assertEquals(8, sample.number.get());
    assertEquals(Duration.ofDays(14), sample.age.get());
    assertEquals(List.of("x", "y"), sample.words.get());
    assertEquals("a", sample.first.get());
    assertEquals(Path.of("b"), sample.second.get());
  }

  @ParameterizedTest
  @CsvSource({
    "--age=1d, FIRST: missing",
    "--age=1d a, SECOND: missing",
    "a b, --age: missing",
    "a b --age, --age: needs a value: AGE",
    "--age=1d a b c, c: unexpected argument",
    "--age=1d --number=x a b, --number: 'x' is not a whole number",
    "--age=x a b, '--age: ''x'' is not an age such as 12h, 10d, 4w or 1d12h'",
  })
  void wrongUseIsNamed(String line, String problem) {
    run(line.split(" ", -1))
        .assertRefused(
            ExitCode.USAGE, "holdfast sample: " + problem + "; see 'holdfast sample --help'");
  }

  @Test
  void helpSaysItAll() {
    CommandRun help = run("--help");
    assertEquals(ExitCode.OK, help.exit());
    for (String part :
        List.of(
            "usage: holdfast sample ",
            "Is tried.",
            "-f, --flag ",
            "--file=FILE ",
            "Default: 7.",
            "FIRST ",
            "-h, --help ",
            "--color=WHEN ",
            "  2     wrong use")) {
      assertTrue(help.out().contains(part), () -> part + " is missing from " + help.out());
    }
  }
}
