package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.Durations;
import dev.holdfast.cli.command.Value;
import dev.holdfast.prove.model.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The options that say which programs run together, and how many of their schedules are tried. */
final class ScheduleOptions {
  private final Value<Boolean> twice;
  private final Value<Integer> runs;
  private final Value<List<String>> with;
  private final Value<Path> pairs;
  private final Value<Boolean> crash;
  private final Value<Boolean> inside;
  private final Value<Integer> bound;
  private final Value<Duration> budget;
  private final Value<Boolean> deep;
  private final Value<Long> seed;
  private final Value<Timeouts> timeouts;
  private final Value<List<String>> views;
  private final Value<List<Path>> ignored;

  /** When who waits for time to pass goes on. */
  enum Timeouts {
    LAST,
    ANY
  }

  ScheduleOptions(Command command) {
    twice =
        command.flag(
            "--twice",
            "Run CMD twice at once, under every schedule: what that leads to must be what some"
                + " order, one after the other, leads to. No --check is needed.");
    runs =
        command
            .option(
                "--runs", "N", Integer.class, "Like --twice, and CMD runs N times at once (2-4).")
            .read(CaseWords.of(CaseWords::positive));
    with =
        command
            .options(
                "--with",
                "CMD2",
                String.class,
                "Like --twice, with a shell command instead of the second CMD, run as the same"
                    + " user. Repeatable.")
            .read(CaseWords.NOT_EMPTY);
    pairs =
        command.option(
            "--pairs",
            "FILE",
            Path.class,
            "Each line of FILE is a shell command: like --with for every two of them, and like"
                + " --twice for each. Those that share nothing are only run one after the other."
                + " --budget is for each pair.");
    crash =
        command.flag(
            "--crash",
            "Like --twice, and one of them is killed (SIGKILL) somewhere; the others go on, and"
                + " CMD runs once more behind them. It must be as if the one who was killed had"
                + " come to its end or had not been there.");
    inside =
        command.flag(
            "--inside",
            "Run CMD once, and the processes that it starts (pipelines, '&', 'make -j') against one"
                + " another, under every schedule: what that leads to must be what some order of"
                + " them leads to in which each goes on as long as it can.");
    bound =
        command
            .option(
                "--bound",
                "N",
                Integer.class,
                "Of all schedules try those in which the turn is taken at most N times from a"
                    + " program that could go on. Default: all.")
            .read(new Bound());
    budget =
        command
            .option(
                "--budget",
                "DURATION",
                Duration.class,
                "How long to try schedules; what is left is told. Default: 60s.")
            .read(new Durations());
    deep = command.flag("--deep", "Like --budget 10m.");
    seed =
        command.option(
            "--seed",
            "N",
            Long.class,
            "Where schedules are drawn by chance, others than without it. Default: 1.");
    timeouts =
        command
            .option(
                "--timeouts",
                "last|any",
                Timeouts.class,
                "When a program that sleeps goes on: after another one has moved, or at any time."
                    + " Default: last.")
            .oneOf(() -> List.of("last", "any"))
            .read(new WhichTimeouts());
    views =
        command
            .options(
                "--view",
                "CMD",
                String.class,
                "Compare what this shell command prints at the end, and not the files. Repeatable.")
            .read(CaseWords.NOT_EMPTY);
    ignored =
        command.options(
            "--ignore",
            "PATH",
            Path.class,
            "Do not compare what is at this path or below it. Repeatable.");
  }

  /**
   * What was asked for, here or in the case's file; null if nothing runs together.
   *
   * @param quiet whether it is over when all wait for something from outside
   */
  @Nullable Together together(CaseFile given, boolean quiet) {
    boolean both = twice.get() || Boolean.TRUE.equals(given.truth("twice"));
    boolean ofOne = inside.get() || Boolean.TRUE.equals(given.truth("inside"));
    boolean killed = crash.get() || Boolean.TRUE.equals(given.truth("crash"));
    boolean thorough = deep.get() || Boolean.TRUE.equals(given.truth("deep"));
    Integer asked = first(runs.orNull(), given.number("runs"));
    List<String> others = first(with.orNull(), given.texts("with"));
    Integer most = first(bound.orNull(), given.count("bound"));
    Duration limit = first(budget.orNull(), given.duration("budget"));
    Integer chance = given.count("seed");
    Long drawn = first(seed.orNull(), chance == null ? null : Long.valueOf(chance));
    Timeouts time = first(timeouts.orNull(), given.word("timeouts", WhichTimeouts::parse));
    List<String> compared = first(views.orNull(), given.texts("view"));
    List<Path> passedOver = first(ignored.orNull(), given.list("ignore", Path::of));
    if (pairs.given() && (twice.get() || runs.given() || with.given())) {
      throw CommandFailure.usage(
          "--pairs",
          "says who runs with whom: it cannot be combined with --twice, --runs or --with");
    }
    if (ofOne && (both || asked != null || others != null || killed || pairs.given())) {
      throw CommandFailure.usage(
          "--inside",
          "is about one command alone: it cannot be combined with --twice, --runs, --with, --pairs"
              + " or --crash");
    }
    if (ofOne && quiet) {
      throw CommandFailure.usage("--inside", "cannot be combined with --until");
    }
    if (killed && quiet) {
      throw CommandFailure.usage("--crash", "cannot be combined with --until");
    }
    if (!both && asked == null && others == null && !killed && !pairs.given() && !ofOne) {
      Map<String, Boolean> lone = new LinkedHashMap<>();
      lone.put("--bound", most != null);
      lone.put("--budget", limit != null);
      lone.put("--deep", thorough);
      lone.put("--seed", drawn != null);
      lone.put("--timeouts", time != null);
      lone.put("--view", compared != null);
      lone.put("--ignore", passedOver != null);
      lone.values().removeIf(present -> !present);
      if (!lone.isEmpty()) {
        throw CommandFailure.usage(
            lone.keySet().iterator().next(),
            "says nothing without --twice, --runs, --with, --pairs, --crash or --inside");
      }
      return null;
    }
    List<String> programs = or(others, List.of());
    int copies = ofOne ? 1 : or(asked, both || programs.isEmpty() ? 2 : 1);
    Together how =
        (ofOne ? Together.ofOneCommand() : Together.twice())
            .withQuiet(quiet)
            .withOthers(programs)
            .withRuns(copies)
            .withBound(or(most, -1))
            .withBudget(or(limit, thorough ? Together.DEEP_BUDGET : Together.USUAL_BUDGET))
            .withSeed(or(drawn, 1L))
            .withAnyTime(time == Timeouts.ANY)
            .withViews(or(compared, List.of()))
            .withIgnored(
                or(passedOver, List.<Path>of()).stream()
                    .map(p -> p.toAbsolutePath().normalize())
                    .toList())
            .withCrash(killed);
    int all = copies + programs.size();
    if ((!ofOne && all < 2) || all > Together.MOST) {
      throw CommandFailure.usage(
          asked == null ? "--with" : "--runs",
          "from two to " + Together.MOST + " programs run together");
    }
    return how;
  }

  /** Two commands that are to run together. */
  record Pair(String first, String second) {
    /** How they run, where one command would run in that way. */
    Together of(Together how) {
      return first.equals(second)
          ? how.withOthers(List.of()).withRuns(2)
          : how.withOthers(List.of(second)).withRuns(1);
    }

    /** What people know it by. */
    String name() {
      return first.equals(second) ? first + "  (twice)" : first + "  |  " + second;
    }
  }

  /** Every two commands of the file that names them, and each with itself; empty without one. */
  List<Pair> pairs() {
    if (!pairs.given()) {
      return List.of();
    }
    List<String> commands = commands(pairs.get());
    List<Pair> all = new ArrayList<>();
    for (int i = 0; i < commands.size(); i++) {
      for (int j = i; j < commands.size(); j++) {
        all.add(new Pair(commands.get(i), commands.get(j)));
      }
    }
    return all;
  }

  private static List<String> commands(Path file) {
    List<String> commands =
        CaseFile.text(file, "a list of commands")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .distinct()
            .toList();
    if (commands.isEmpty()) {
      throw CommandFailure.usage(file.toString(), "has no command, one on each line");
    }
    return commands;
  }

  private static <T> @Nullable T first(@Nullable T here, @Nullable T there) {
    return here == null ? there : here;
  }

  private static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  /** The words that say the same again. */
  List<String> words(@Nullable Pair pair) {
    List<String> words = new ArrayList<>();
    if (pair != null && !pair.first().equals(pair.second())) {
      words.addAll(List.of("--with", pair.second()));
    }
    if (twice.get() || (pair != null && pair.first().equals(pair.second()))) {
      words.add("--twice");
    }
    if (inside.get()) {
      words.add("--inside");
    }
    if (crash.get()) {
      words.add("--crash");
    }
    if (runs.given()) {
      words.addAll(List.of("--runs", runs.get().toString()));
    }
    if (timeouts.given()) {
      words.addAll(List.of("--timeouts", timeouts.get().name().toLowerCase(Locale.ROOT)));
    }
    views.or(List.of()).forEach(command -> words.addAll(List.of("--view", command)));
    ignored.or(List.of()).forEach(path -> words.addAll(List.of("--ignore", path.toString())));
    with.or(List.of()).forEach(command -> words.addAll(List.of("--with", command)));
    return words;
  }

  /** One of the words. */
  static final class WhichTimeouts implements ITypeConverter<Timeouts> {
    @Override
    public Timeouts convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }

    static Timeouts parse(String value) {
      return switch (value) {
        case "last" -> Timeouts.LAST;
        case "any" -> Timeouts.ANY;
        default -> throw new IllegalArgumentException("'" + value + "' is not one of last, any");
      };
    }
  }

  /** A number from 0. */
  static final class Bound implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      if (value.matches("\\d{1,3}")) {
        return Integer.valueOf(value);
      }
      throw new TypeConversionException("'" + value + "' is not a number from 0 to 999");
    }
  }
}
