package dev.holdfast.cli;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The options that say what to prove. Each may also stand in a file; the command line wins. */
final class CaseOptions {
  /** Variables that are between the launcher, this process and its successor. */
  private static final Set<String> OURS = Set.of(UserNamespace.MARK, ReplayLine.COMMAND);

  @Option(
      names = "--case",
      paramLabel = "FILE",
      description =
          "Read the case from a TOML file: the long options without their dashes as keys, and"
              + " 'command', an array, for CMD and its arguments.")
  private @Nullable Path file;

  @Option(
      names = "--setup",
      paramLabel = "CMD",
      description =
          "A shell command to run in the fresh world before the program, as root. Repeatable.")
  private @Nullable List<String> setup;

  @Option(
      names = "--fresh",
      paramLabel = "DIR",
      description = "Each world has an empty directory of its own at DIR. Repeatable.")
  private @Nullable List<Path> fresh;

  @Option(
      names = "--arena",
      paramLabel = "DIR",
      description = "Like --fresh, and the directory belongs to the attacker. Repeatable.")
  private @Nullable List<Path> arena;

  @Option(
      names = "--as",
      paramLabel = "USER",
      description = "Run the program as USER (a name or a number). Default: whoever runs holdfast.")
  private @Nullable String user;

  @Option(names = "--attacker", paramLabel = "USER", description = "Who attacks. Default: nobody.")
  private @Nullable String attacker;

  @Option(
      names = "--intruder",
      paramLabel = "KIND",
      converter = IntruderName.class,
      description =
          "Who acts between two calls: 'attacker' (default), an untrusted user; 'copy', a second"
              + " run of the same command; 'rival', the program that --rival names; 'kill', a"
              + " crash. Repeatable.")
  private @Nullable List<Intruder> intruders;

  @Option(
      names = "--rival",
      paramLabel = "CMD",
      description =
          "With '--intruder rival': a shell command that works on the same files, run as root from"
              + " beginning to end between two calls. Repeatable: each is tried by itself.")
  private @Nullable List<String> rivals;

  @Option(
      names = "--check",
      paramLabel = "CMD",
      description =
          "A shell command to run after each trial, as root: exit status 0 says that the invariant"
              + " holds. Repeatable.")
  private @Nullable List<String> checks;

  @Option(
      names = "--max-trials",
      paramLabel = "N",
      converter = Positive.class,
      description = "Run the program N times at most. Default: as often as it takes.")
  private @Nullable Integer maxTrials;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "How long one run may take: 500ms, 10s, 2m. Default: 10s.")
  private @Nullable Duration timeout;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      converter = Positive.class,
      description = "Work in N worlds at a time. Default: one for each processor.")
  private @Nullable Integer jobs;

  @Parameters(
      paramLabel = "CMD [ARG...]",
      hideParamSyntax = true,
      arity = "0..*",
      description = "The program to prove, and its arguments.")
  private @Nullable List<String> argv;

  /** The case that the file and the command line make together. */
  Case toCase() {
    CaseFile given = file == null ? CaseFile.NONE : CaseFile.read(file);
    List<String> command = first(argv, given.command());
    if (command == null || command.isEmpty()) {
      throw CommandFailure.usage(
          "CMD", "missing: name the program to prove, or a file with --case");
    }
    if (command.getFirst().isEmpty()) {
      throw CommandFailure.usage("CMD", "is empty");
    }
    Case what =
        Case.of(command)
            .withSetup(array(first(setup, given.setup())))
            .withFresh(directories(first(fresh, given.fresh())))
            .withArena(directories(first(arena, given.arena())))
            .withRivals(array(first(rivals, given.rivals())))
            .withChecks(array(first(checks, given.checks())))
            .withEnvironment(environment());
    String as = first(user, given.user());
    String against = first(attacker, given.attacker());
    List<Intruder> who = first(intruders, given.intruders());
    Integer most = first(maxTrials, given.maxTrials());
    Duration limit = first(timeout, given.timeout());
    Integer worlds = first(jobs, given.jobs());
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
    add(words, "--case", file == null ? List.of() : List.of(file));
    add(words, "--setup", setup);
    add(words, "--fresh", fresh);
    add(words, "--arena", arena);
    add(words, "--as", user == null ? List.of() : List.of(user));
    add(words, "--attacker", attacker == null ? List.of() : List.of(attacker));
    add(
        words,
        "--intruder",
        intruders == null
            ? null
            : intruders.stream().map(i -> i.name().toLowerCase(Locale.ROOT)).toList());
    add(words, "--rival", rivals);
    add(words, "--check", checks);
    add(words, "--timeout", timeout == null ? List.of() : List.of(Durations.format(timeout)));
    return words;
  }

  /** The command as given here; empty if it stands in the file. */
  List<String> argv() {
    return argv == null ? List.of() : argv;
  }

  private static void add(List<String> words, String option, @Nullable List<?> values) {
    if (values != null) {
      for (Object value : values) {
        words.add(option);
        words.add(value.toString());
      }
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

  private static Map<String, String> environment() {
    return System.getenv().entrySet().stream()
        .filter(entry -> !OURS.contains(entry.getKey()))
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a, TreeMap::new));
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
