package dev.holdfast.cli;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The options that say what to prove. Each may also stand in a file; the command line wins. */
final class CaseOptions {
  private final Value<Path> file;
  private final Value<List<String>> setup;
  private final Value<List<Path>> fresh;
  private final Value<List<Path>> arena;
  private final Value<String> user;
  private final Value<String> attacker;
  private final Value<List<Intruder>> intruders;
  private final Value<List<String>> rivals;
  private final Value<List<String>> checks;
  private final Value<Integer> maxTrials;
  private final Value<Duration> timeout;
  private final Value<Integer> jobs;
  private final Value<List<String>> argv;

  CaseOptions(Command command) {
    file =
        command.option(
            "--case",
            "FILE",
            Path.class,
            "Read the case from a TOML file: the long options without their dashes as keys, and"
                + " 'command', an array, for CMD and its arguments.");
    setup =
        command.options(
            "--setup",
            "CMD",
            String.class,
            "A shell command to run in the fresh world before the program, as root. Repeatable.");
    fresh =
        command.options(
            "--fresh",
            "DIR",
            Path.class,
            "Each world has an empty directory of its own at DIR. Repeatable.");
    arena =
        command.options(
            "--arena",
            "DIR",
            Path.class,
            "Like --fresh, and the directory belongs to the attacker. Repeatable.");
    user =
        command.option(
            "--as",
            "USER",
            String.class,
            "Run the program as USER (a name or a number). Default: whoever runs holdfast.");
    attacker = command.option("--attacker", "USER", String.class, "Who attacks. Default: nobody.");
    intruders =
        command
            .options(
                "--intruder",
                "KIND",
                Intruder.class,
                "Who acts between two calls: 'attacker' (default), an untrusted user; 'copy', a"
                    + " second run of the same command; 'rival', the program that --rival names;"
                    + " 'kill', a crash. Repeatable.")
            .read(new IntruderName());
    rivals =
        command.options(
            "--rival",
            "CMD",
            String.class,
            "With '--intruder rival': a shell command that works on the same files, run as root"
                + " from beginning to end between two calls. Repeatable: each is tried by itself.");
    checks =
        command.options(
            "--check",
            "CMD",
            String.class,
            "A shell command to run after each trial, as root: exit status 0 says that the"
                + " invariant holds. Repeatable.");
    maxTrials =
        command
            .option(
                "--max-trials",
                "N",
                Integer.class,
                "Run the program N times at most. Default: as often as it takes.")
            .read(new Positive());
    timeout =
        command
            .option(
                "--timeout",
                "DURATION",
                Duration.class,
                "How long one run may take: 500ms, 10s, 2m. Default: 10s.")
            .read(new Durations());
    jobs =
        command
            .option(
                "--jobs",
                "N",
                Integer.class,
                "Work in N worlds at a time. Default: one for each processor.")
            .read(new Positive());
    argv = command.operands("CMD [ARG...]", "The program to prove, and its arguments.").labelOnly();
  }

  /** The case that the file and the command line make together. */
  Case toCase() {
    CaseFile given = file.given() ? CaseFile.read(file.get()) : CaseFile.NONE;
    List<String> command = first(argv.orNull(), given.command());
    if (command == null || command.isEmpty()) {
      throw CommandFailure.usage(
          "CMD", "missing: name the program to prove, or a file with --case");
    }
    if (command.getFirst().isEmpty()) {
      throw CommandFailure.usage("CMD", "is empty");
    }
    Case what =
        Case.of(command)
            .withSetup(array(first(setup.orNull(), given.setup())))
            .withFresh(directories(first(fresh.orNull(), given.fresh())))
            .withArena(directories(first(arena.orNull(), given.arena())))
            .withRivals(array(first(rivals.orNull(), given.rivals())))
            .withChecks(array(first(checks.orNull(), given.checks())))
            .withEnvironment(UserEnvironment.variables());
    String as = first(user.orNull(), given.user());
    String against = first(attacker.orNull(), given.attacker());
    List<Intruder> who = first(intruders.orNull(), given.intruders());
    Integer most = first(maxTrials.orNull(), given.maxTrials());
    Duration limit = first(timeout.orNull(), given.timeout());
    Integer worlds = first(jobs.orNull(), given.jobs());
    what = as == null ? what : what.withUser(as);
    what = against == null ? what : what.withAttacker(against);
    what = who == null ? what : what.withIntruders(Set.copyOf(who).toArray(Intruder[]::new));
    what = most == null ? what : what.withMaxTrials(most);
    what = limit == null ? what : what.withTimeout(limit);
    return worlds == null ? what : what.withJobs(worlds);
  }

  /** The words that say the same again, without {@code CMD}. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    add(words, "--case", file, Path::toString);
    addAll(words, "--setup", setup, command -> command);
    addAll(words, "--fresh", fresh, Path::toString);
    addAll(words, "--arena", arena, Path::toString);
    add(words, "--as", user, name -> name);
    add(words, "--attacker", attacker, name -> name);
    addAll(words, "--intruder", intruders, who -> who.name().toLowerCase(Locale.ROOT));
    addAll(words, "--rival", rivals, command -> command);
    addAll(words, "--check", checks, command -> command);
    add(words, "--timeout", timeout, Durations::format);
    return words;
  }

  /** The command as given here; empty if it stands in the file. */
  List<String> argv() {
    return argv.or(List.of());
  }

  private static <T> void add(
      List<String> words, String option, Value<T> value, Function<T, String> word) {
    if (value.given()) {
      words.add(option);
      words.add(word.apply(value.get()));
    }
  }

  private static <T> void addAll(
      List<String> words, String option, Value<List<T>> values, Function<T, String> word) {
    for (T value : values.or(List.of())) {
      words.add(option);
      words.add(word.apply(value));
    }
  }

  private static <T> @Nullable T first(@Nullable T here, @Nullable T there) {
    return here == null ? there : here;
  }

  private static String[] array(@Nullable List<String> values) {
    return values == null ? new String[0] : values.toArray(String[]::new);
  }

  private static Path[] directories(@Nullable List<Path> values) {
    return values == null
        ? new Path[0]
        : values.stream().map(Path::toAbsolutePath).toArray(Path[]::new);
  }

  /** {@code attacker}, {@code copy}, {@code rival}, {@code kill}. */
  static final class IntruderName implements ITypeConverter<Intruder> {
    @Override
    public Intruder convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }

    static Intruder parse(String value) {
      for (Intruder each : Intruder.values()) {
        if (each.name().toLowerCase(Locale.ROOT).equals(value)) {
          return each;
        }
      }
      throw new IllegalArgumentException(
          "'" + value + "' is not one of attacker, copy, rival, kill");
    }
  }

  /** A number from 1. */
  static final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      if (value.matches("[1-9]\\d{0,8}")) {
        return Integer.valueOf(value);
      }
      throw new TypeConversionException("'" + value + "' is not a number from 1 to 999999999");
    }
  }
}
