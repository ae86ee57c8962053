package dev.holdfast.cli.prove;

import dev.holdfast.cli.child.UserEnvironment;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.Durations;
import dev.holdfast.cli.command.Value;
import dev.holdfast.findings.Place;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.report.Conclusion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The options that say what to prove. Each may also stand in a file; the command line wins. */
final class CaseOptions {
  private static final String QUIET = "quiet";

  private final Value<List<Path>> files;
  private final Value<List<String>> setup;
  private final Value<List<Path>> fresh;
  private final Value<List<Path>> arena;
  private final Value<List<Path>> volume;
  private final Value<Boolean> tmp;
  private final Value<String> user;
  private final Value<String> attacker;
  private final Value<List<Intruder>> intruders;
  private final Value<List<String>> rivals;
  private final Value<List<String>> checks;
  private final Value<String> until;
  private final Value<List<String>> clients;
  private final Value<Integer> maxTrials;
  private final Value<Boolean> all;
  private final Value<List<String>> only;
  private final Value<List<Path>> under;
  private final Value<List<String>> exclude;
  private final Value<Duration> timeout;
  private final Value<Integer> expectExit;
  private final Value<Boolean> assumeGuards;
  private final Value<Integer> jobs;
  private final Value<Expected> expect;
  private final Value<List<String>> argv;

  CaseOptions(Command command) {
    files =
        command.options(
            "--case",
            "FILE",
            Path.class,
            "Read the case from a TOML file: the long options without their dashes as keys, and"
                + " 'command', an array, for CMD and its arguments. Repeatable: all are proved, one"
                + " after the other, and told together; what the command line says is for each.");
    setup =
        command
            .options(
                "--setup",
                "CMD",
                String.class,
                "A shell command to run in the fresh world before the program, as root."
                    + " Repeatable.")
            .read(CaseWords.NOT_EMPTY);
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
    volume =
        command.options(
            "--volume",
            "DIR",
            Path.class,
            "Like --fresh, and the directory is a file system of its own, so that no rename leads"
                + " into it or out of it. Repeatable.");
    tmp =
        command.flag(
            "--tmp",
            "Each world has an empty /tmp, where everybody may make files: --fresh /tmp with mode"
                + " 1777.");
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
            .read(CaseWords.of(CaseWords::intruder))
            .oneOf(CaseWords::intruders);
    rivals =
        command
            .options(
                "--rival",
                "CMD",
                String.class,
                "With '--intruder rival': a shell command that works on the same files, run as root"
                    + " from beginning to end between two calls. Repeatable: each is tried by"
                    + " itself.")
            .read(CaseWords.NOT_EMPTY);
    checks =
        command
            .options(
                "--check",
                "CMD",
                String.class,
                "A shell command to run after each trial, as root: exit status 0 says that the"
                    + " invariant holds. Repeatable.")
            .read(CaseWords.NOT_EMPTY);
    until =
        command
            .option(
                "--until",
                "READY",
                String.class,
                "The program is a service, and ready to be used at READY: the number of a TCP port"
                    + " that it listens on, the absolute path of a file, or a text that it prints"
                    + " (port:N, file:F and text:T say which). It is then asked to end (SIGTERM)."
                    + " With --twice, --runs or --with only 'quiet': the programs never end, and"
                    + " are judged when all of them wait.")
            .read(CaseWords.NOT_EMPTY);
    clients =
        command
            .options(
                "--client",
                "CMD",
                String.class,
                "A shell command that uses the service once it is ready, in its world, as root."
                    + " Without --until it is ready once it does nothing any more. Repeatable: one"
                    + " after the other.")
            .read(CaseWords.NOT_EMPTY);
    maxTrials =
        command
            .option(
                "--max-trials",
                "N",
                Integer.class,
                "Run the program N times at most after it was observed, heaviest windows first."
                    + " What is left is a doubt. Default: as often as it takes.")
            .read(CaseWords.of(CaseWords::positive));
    all =
        command.flag(
            "--all",
            "Try every window. Default: of more than 150, three of each kind; the report says what"
                + " was left out.");
    only =
        command
            .options(
                "--only",
                "WHAT",
                String.class,
                "Try only windows of this system call ('openat'), row of the catalogue ('S05'),"
                    + " strike ('symlink') or absolute path. Repeatable: one of them.")
            .read(CaseWords.of(CaseWords::only));
    under =
        command.options(
            "--under",
            "DIR",
            Path.class,
            "Try only what the intruder can change at or below DIR. Repeatable.");
    exclude =
        command
            .options(
                "--exclude",
                "PATTERN",
                String.class,
                "Leave out what the intruder can change at or below this absolute path or shell"
                    + " pattern ('/tmp/hsperfdata_*', '**/*.pyc'). Repeatable.")
            .read(CaseWords.of(CaseWords::pattern));
    timeout =
        command
            .option(
                "--timeout",
                "DURATION",
                Duration.class,
                "How long one run may take: 500ms, 10s, 2m. Default: 10s.")
            .read(new Durations());
    expectExit =
        command
            .option(
                "--expect-exit",
                "N",
                Integer.class,
                "How the undisturbed run has to end, as a shell counts; if it ends otherwise,"
                    + " nothing is decided. Default: 0.")
            .read(CaseWords.of(CaseWords::exitStatus));
    assumeGuards =
        command.flag(
            "--assume-guards",
            "Count as held what only a setting of this kernel stopped (fs.protected_symlinks and"
                + " its like).");
    expect =
        command
            .option(
                "--expect",
                "survive|broken",
                Expected.class,
                "How it should come out: 'broken' is for a program that is known to lose, and ends"
                    + " with 0 as long as it does. Default: survive.")
            .oneOf(() -> Expected.WORDS)
            .read(CaseWords.of(Expected::parse));
    jobs =
        command
            .option(
                "--jobs",
                "N",
                Integer.class,
                "Work in N worlds at a time. Default: one for each processor.")
            .read(CaseWords.of(CaseWords::positive));
    argv = command.operands("CMD [ARG...]", "The program to prove, and its arguments.").labelOnly();
  }

  /** What to prove: each file is a case, and without one the command line is. */
  List<OneCase> cases() {
    List<Path> all = files.or(List.of());
    if (all.size() > 1 && argv.given()) {
      throw CommandFailure.usage(
          "CMD", "cannot be combined with several --case, each of which has its own");
    }
    return all.isEmpty()
        ? List.of(new OneCase(null, CaseFile.NONE))
        : all.stream().distinct().map(file -> new OneCase(file, CaseFile.read(file))).toList();
  }

  /** What one file says, where the command line does not say something else. */
  final class OneCase {
    private final @Nullable Path file;
    private final CaseFile given;

    private OneCase(@Nullable Path file, CaseFile given) {
      this.file = file;
      this.given = given;
    }

    CaseFile given() {
      return given;
    }

    /** What people know it by. */
    String name() {
      return file == null ? Text.shellLine(argv.or(List.of())) : file.toString();
    }

    /** The file, at the line that names the program; null if there is none. */
    Place.@Nullable Source origin() {
      if (file == null) {
        return null;
      }
      Path here = Path.of("").toAbsolutePath();
      Path whole = file.toAbsolutePath().normalize();
      Path shown = whole.startsWith(here) ? here.relativize(whole) : whole;
      return new Place.Source(shown.toString(), given.line("command"), 0);
    }

    /** The case that the file and the command line make together. */
    Case toCase() {
      return toCase(null);
    }

    /** The same with another command; null for its own. */
    Case toCase(@Nullable List<String> instead) {
      List<String> command = first(instead, first(argv.orNull(), given.command()));
      if (command == null || command.isEmpty()) {
        throw CommandFailure.usage(
            "CMD", "missing: name the program to prove, or a file with --case");
      }
      if (command.getFirst().isEmpty()) {
        throw CommandFailure.usage("CMD", "is empty");
      }
      Case what =
          Case.of(command)
              .withSetup(array(first(setup.orNull(), given.texts("setup"))))
              .withFresh(directories(first(fresh.orNull(), given.list("fresh", Path::of))))
              .withArena(directories(first(arena.orNull(), given.list("arena", Path::of))))
              .withVolume(directories(first(volume.orNull(), given.list("volume", Path::of))))
              .withRivals(array(first(rivals.orNull(), given.texts("rival"))))
              .withChecks(array(first(checks.orNull(), given.texts("check"))))
              .withOnly(array(first(only.orNull(), given.list("only", CaseWords::only))))
              .withUnder(directories(first(under.orNull(), given.list("under", Path::of))))
              .withExclude(
                  array(first(exclude.orNull(), given.list("exclude", CaseWords::pattern))))
              .withClients(array(first(clients.orNull(), given.texts("client"))))
              .withEnvironment(UserEnvironment.variables());
      String ready = first(until.orNull(), given.string("until"));
      String as = first(user.orNull(), given.string("as"));
      String against = first(attacker.orNull(), given.string("attacker"));
      List<Intruder> who = first(intruders.orNull(), given.list("intruder", CaseWords::intruder));
      Integer most = first(maxTrials.orNull(), given.number("max-trials"));
      Duration limit = first(timeout.orNull(), given.duration("timeout"));
      Integer worlds = first(jobs.orNull(), given.number("jobs"));
      what = ready == null ? what : what.withUntil(ready);
      what = as == null ? what : what.withUser(as);
      what = against == null ? what : what.withAttacker(against);
      what = who == null ? what : what.withIntruders(Set.copyOf(who).toArray(Intruder[]::new));
      what = most == null ? what : what.withMaxTrials(most);
      what = isTrue(tmp, "tmp") ? what.withTmp() : what;
      what = isTrue(all, "all") ? what.withAll() : what;
      what = limit == null ? what : what.withTimeout(limit);
      return worlds == null ? what : what.withJobs(worlds);
    }

    /** Whether programs that run together are judged when all of them wait. */
    boolean isUntilQuiet() {
      return QUIET.equals(first(until.orNull(), given.string("until")));
    }

    private boolean isTrue(Value<Boolean> flag, String key) {
      return flag.get() || Boolean.TRUE.equals(given.truth(key));
    }

    /** What counts as holding. */
    Conclusion.Policy policy() {
      Integer exit = first(expectExit.orNull(), given.exitStatus("expect-exit"));
      return new Conclusion.Policy(exit == null ? 0 : exit, isTrue(assumeGuards, "assume-guards"));
    }

    /** How it should come out. */
    Expected expected() {
      Expected word = first(expect.orNull(), given.word("expect", Expected::parse));
      return word == null ? Expected.SURVIVE : word;
    }

    /** The words that say the same again, without {@code CMD}. */
    List<String> words() {
      List<String> words = new ArrayList<>();
      if (file != null) {
        words.addAll(List.of("--case", file.toString()));
      }
      words.addAll(CaseOptions.this.words());
      return words;
    }
  }

  /** An option that is about somebody who is not trusted; empty if there is none. */
  String againstTrust() {
    return intruders.given()
        ? "--intruder"
        : attacker.given()
            ? "--attacker"
            : rivals.given()
                ? "--rival"
                : checks.given()
                    ? "--check"
                    : maxTrials.given()
                        ? "--max-trials"
                        : until.given() && !until.get().equals(QUIET) ? "--until" : "";
  }

  /** An option that a package has no use for; empty if there is none. */
  String againstPackage() {
    return argv.given()
        ? "CMD"
        : arena.given()
            ? "--arena"
            : user.given() ? "--as" : until.given() ? "--until" : clients.given() ? "--client" : "";
  }

  /** Who attacks, as it was typed; null for whoever usually does. */
  @Nullable String attackerOrNull() {
    return attacker.orNull();
  }

  boolean isTimeGiven() {
    return timeout.given();
  }

  private List<String> words() {
    List<String> words = new ArrayList<>();
    addAll(words, "--setup", setup, command -> command);
    addAll(words, "--fresh", fresh, Path::toString);
    addAll(words, "--arena", arena, Path::toString);
    addAll(words, "--volume", volume, Path::toString);
    if (tmp.get()) {
      words.add("--tmp");
    }
    add(words, "--as", user, name -> name);
    add(words, "--attacker", attacker, name -> name);
    addAll(words, "--intruder", intruders, who -> who.name().toLowerCase(Locale.ROOT));
    addAll(words, "--rival", rivals, command -> command);
    addAll(words, "--check", checks, command -> command);
    add(words, "--until", until, ready -> ready);
    addAll(words, "--client", clients, command -> command);
    add(words, "--timeout", timeout, Durations::format);
    add(words, "--expect-exit", expectExit, String::valueOf);
    addAll(words, "--only", only, word -> word);
    addAll(words, "--under", under, Path::toString);
    addAll(words, "--exclude", exclude, pattern -> pattern);
    if (all.get()) {
      words.add("--all");
    }
    if (assumeGuards.get()) {
      words.add("--assume-guards");
    }
    return words;
  }

  /** Whether only some windows were asked for. */
  boolean narrowed() {
    return only.given() || under.given() || exclude.given() || maxTrials.given();
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
}
