package dev.holdfast.junit;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.report.Conclusion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * A proof from within any test, with any runner:
 *
 * <pre>{@code
 * Prove.code(Settings::save).arena("/srv/inbox").assertHolds();
 * Prove.command("sh", "postinst").arena("/srv/inbox").setup("echo x > /srv/inbox/f").assertHolds();
 * Prove.main(Counter.class, "add").fresh("/srv/db").twice().assertHolds();
 * }</pre>
 *
 * <p>Each method is an option of {@code holdfast prove}, and answers a changed copy. The proof is
 * made by a JVM of its own, as root or in a user namespace: this one needs no rights and no option.
 *
 * <p><b>Guarantees.</b> Those of {@link dev.holdfast.prove.Prover}. Where no worlds can be made the
 * test is aborted, and the reason names what is missing, unless it is {@link #required}.
 *
 * <p><b>Remaining races.</b> Those of windows that the proof does not come to; see docs/prove.md.
 *
 * <p><b>Threads.</b> Immutable; proofs beside each other share the processors.
 *
 * <p><b>Sources.</b> JUnit User Guide, Assertions and Assumptions.
 *
 * @see Proves
 */
public final class Prove {
  /** The system property that names the one window or schedule to try again. */
  public static final String REPLAY = "holdfast.replay";

  /** The system property that says where reports go, instead of the directory of the build. */
  public static final String REPORTS = "holdfast.reports";

  /** The property, and configuration parameter of JUnit, that makes every proof required. */
  public static final String REQUIRED = "holdfast.required";

  /** From the options of a JVM to the command line. */
  private final Function<List<String>, List<String>> program;

  private final List<String> shown;
  private String name;
  private List<String> jvm = List.of();
  private List<Setting<Case>> settings = List.of();
  private List<Setting<Together>> meeting = List.of();
  private int expectExit;
  private boolean assumeGuards;
  private boolean required = Boolean.getBoolean(REQUIRED);

  private Prove(Function<List<String>, List<String>> program, List<String> shown, String name) {
    this.program = program;
    this.shown = List.copyOf(shown);
    this.name = name;
  }

  /** Any program, with its arguments. */
  public static Prove command(String... argv) {
    List<String> command = List.of(argv);
    if (command.isEmpty() || command.getFirst().isEmpty()) {
      throw new IllegalArgumentException("name the program to prove");
    }
    return new Prove(_ -> command, command, caller());
  }

  /** A class with a main method, in a JVM that finds the classes of this one. */
  public static Prove main(Class<?> type, String... arguments) {
    List<String> shown = new ArrayList<>(List.of("java", type.getName()));
    shown.addAll(List.of(arguments));
    return new Prove(
        options -> JavaCommand.main(type, options, List.of(arguments)), shown, caller());
  }

  /** Code, in a JVM that finds the classes of this one. */
  public static Prove code(Body body) {
    JavaCommand.Named code = JavaCommand.named(body);
    return method(code.type(), code.method()).named(caller());
  }

  /** The body of a test. */
  static Prove method(Class<?> type, String method) {
    return new Prove(
        options -> JavaCommand.call(type, method, options),
        List.of("java", type.getName() + "::" + method),
        "");
  }

  private Prove with(Consumer<Prove> change) {
    Prove copy = new Prove(program, shown, name);
    copy.jvm = jvm;
    copy.settings = settings;
    copy.meeting = meeting;
    copy.expectExit = expectExit;
    copy.assumeGuards = assumeGuards;
    copy.required = required;
    change.accept(copy);
    return copy;
  }

  private Prove set(Setting<Case> setting) {
    return with(p -> p.settings = Setting.after(settings, setting));
  }

  private Prove meet(Setting<Together> setting) {
    return with(p -> p.meeting = Setting.after(meeting, setting));
  }

  /** Options of the JVM that runs a main method or code. */
  public Prove jvm(String... options) {
    return with(p -> p.jvm = List.of(options));
  }

  /** Directories that belong to the attacker, empty in each world. */
  public Prove arena(String... directories) {
    return set(c -> c.withArena(Setting.paths(directories)));
  }

  /** Directories that each world has for its own, empty. */
  public Prove fresh(String... directories) {
    return set(c -> c.withFresh(Setting.paths(directories)));
  }

  /** Like {@link #fresh}, and each is a file system of its own. */
  public Prove volume(String... directories) {
    return set(c -> c.withVolume(Setting.paths(directories)));
  }

  /** Each world has an empty {@code /tmp}, where everybody may make files. */
  public Prove tmp() {
    return set(Case::withTmp);
  }

  /** Shell commands run in the fresh world before the program, as root. */
  public Prove setup(String... commands) {
    return set(c -> c.withSetup(commands));
  }

  /** Shell commands that must exit 0 after each trial, run as root. */
  public Prove check(String... commands) {
    return set(c -> c.withChecks(commands));
  }

  /** Who runs the program. */
  public Prove as(String who) {
    return set(c -> who.isEmpty() ? c : c.withUser(who));
  }

  /** Who attacks. */
  public Prove attacker(String who) {
    return set(c -> c.withAttacker(who));
  }

  /** The intruder is a crash: what must hold after it, {@link #check} says. */
  public Prove crash() {
    return set(c -> c.withIntruders(Intruder.KILL));
  }

  /** Two runs of the program meet, under every schedule, instead of an attacker. */
  public Prove twice() {
    return meet(t -> t.withRuns(2));
  }

  /** These shell commands run together with the program, under every schedule. */
  public Prove with(String... commands) {
    return meet(t -> t.withOthers(List.of(commands)));
  }

  /** Where programs run together, what these shell commands print is compared, not the files. */
  public Prove view(String... commands) {
    return meet(t -> t.withViews(List.of(commands)));
  }

  /** Where programs run together, what is at these paths is not compared. */
  public Prove ignore(String... paths) {
    return meet(t -> t.withIgnored(List.of(Setting.paths(paths))));
  }

  /** How long one run may take. */
  public Prove timeout(Duration limit) {
    return set(c -> c.withTimeout(limit));
  }

  /** How long to try schedules. */
  public Prove budget(Duration limit) {
    return meet(t -> t.withBudget(limit));
  }

  /** Which windows are tried: calls, rows of the catalogue, strikes, absolute paths. */
  public Prove only(String... what) {
    return set(c -> c.withOnly(what));
  }

  /** The directories in which the intruder may change something. */
  public Prove under(String... directories) {
    return set(c -> c.withUnder(Setting.paths(directories)));
  }

  /** Paths and patterns at or below which the attacker changes nothing. */
  public Prove exclude(String... patterns) {
    return set(c -> c.withExclude(patterns));
  }

  /** The most runs. */
  public Prove maxTrials(int most) {
    return set(c -> c.withMaxTrials(most));
  }

  /** Every window is tried, also where there are many of one kind. */
  public Prove all() {
    return set(Case::withAll);
  }

  /** How the undisturbed run has to end, as a shell counts. */
  public Prove expectExit(int status) {
    return with(p -> p.expectExit = status);
  }

  /** What only a setting of this kernel stopped counts as held. */
  public Prove assumeGuards() {
    return with(p -> p.assumeGuards = true);
  }

  /** Where no worlds can be made, that is a failure. */
  public Prove required() {
    return with(p -> p.required = true);
  }

  /** What the report's file is called. */
  Prove named(String file) {
    return with(p -> p.name = file);
  }

  /**
   * Proves that the intruder gains nothing, or that the programs end as one after the other would.
   *
   * @throws AssertionFailedError if not, or if it could not be decided; told as {@code holdfast
   *     prove} tells it
   * @throws TestAbortedException if no worlds can be made here
   */
  public void assertHolds() {
    expect(Conclusion.Kind.HOLDS);
  }

  /**
   * The negative control: proves that the intruder gains something.
   *
   * @throws AssertionFailedError if the attacker gains nothing
   * @throws TestAbortedException if no worlds can be made here
   */
  public void assertBroken() {
    expect(Conclusion.Kind.BROKEN);
  }

  void expect(Conclusion.Kind expected) {
    Proven proven = prove();
    if (proven.kind() != expected) {
      throw new AssertionFailedError(
          "the program "
              + words(proven.kind())
              + ", and was expected to be one that "
              + words(expected)
              + "\n\n"
              + proven.text()
              + "\nreport: "
              + proven.report(),
          expected,
          proven.kind());
    }
  }

  private static String words(Conclusion.Kind kind) {
    return switch (kind) {
      case HOLDS -> "holds";
      case BROKEN -> "is broken";
      case UNDECIDED -> "could not be judged";
    };
  }

  /**
   * Proves, and says what came of it.
   *
   * @throws IllegalArgumentException if the case makes no sense
   * @throws TestAbortedException if no worlds can be made here
   */
  public Proven prove() {
    Request request = request();
    Case what = request.toCase();
    boolean crash = what.intruders().contains(Intruder.KILL);
    if (crash && what.checks().isEmpty()) {
      throw new IllegalArgumentException("a crash needs a check: what must hold after it");
    }
    if (request.isTogether() && (crash || !what.checks().isEmpty())) {
      throw new IllegalArgumentException(
          (crash ? "a crash" : "a check")
              + " says nothing where programs that trust one another run together");
    }
    return switch (RunnerProcess.ask(request)) {
      case Request.Told(Conclusion.Kind kind, String text, String html) ->
          new Proven(kind, text, ReportFiles.write(name, html));
      case Request.Impossible(String why) -> throw impossible(why);
      case Request.Refused(String why) -> throw new IllegalArgumentException(why);
    };
  }

  private RuntimeException impossible(String why) {
    String sentence = "no world can be made here: " + why;
    if (required) {
      throw new AssertionFailedError(sentence);
    }
    return new TestAbortedException(sentence);
  }

  private Request request() {
    return new Request(
        program.apply(jvm),
        shown,
        settings,
        meeting,
        expectExit,
        assumeGuards,
        System.getProperty(REPLAY, ""));
  }

  /** Whoever made this, as a name of a file. */
  private static String caller() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !frame.getClassName().equals(Prove.class.getName()))
                    .findFirst()
                    .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                    .orElse("proof"));
  }
}
