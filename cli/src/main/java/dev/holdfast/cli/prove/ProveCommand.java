package dev.holdfast.cli.prove;

import dev.holdfast.cli.child.UserNamespace;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Notes;
import dev.holdfast.cli.command.OutputFile;
import dev.holdfast.cli.command.Terminal;
import dev.holdfast.cli.command.Value;
import dev.holdfast.cli.command.Version;
import dev.holdfast.findings.HtmlWriter;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.JunitXmlWriter;
import dev.holdfast.findings.Place;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.SarifWriter;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.Account;
import dev.holdfast.prove.Arena;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.report.Conclusion;
import dev.holdfast.prove.report.ProofJson;
import dev.holdfast.prove.report.ProofReport;
import dev.holdfast.prove.report.ProofText;
import dev.holdfast.prove.report.ScheduleJson;
import dev.holdfast.prove.report.ScheduleReport;
import dev.holdfast.prove.report.ScheduleText;
import dev.holdfast.prove.report.ToldProof;
import dev.holdfast.prove.report.ToldSchedules;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code holdfast prove}. */
public final class ProveCommand extends Command {
  /** What proves; a test has its own. */
  public interface Engine {
    Proof prove(Case what, Progress progress) throws ProveException;

    Proof listWindows(Case what, Progress progress) throws ProveException;

    Proof replay(Case what, String window, Progress progress) throws ProveException;

    /** What an undisturbed run leaves to others; one that installs no packages need not. */
    default List<Arena> arenas(Case what, Progress progress) throws ProveException {
      return Prover.arenas(what, progress);
    }

    /** Every schedule; one that runs no schedules need not. */
    default ScheduleProof schedules(
        Case what, Together how, @Nullable String replay, Progress progress) throws ProveException {
      return Prover.schedules(what, how, replay, progress);
    }

    @Nullable String whyNot();
  }

  private final CaseOptions options = new CaseOptions(this);

  private final ScheduleOptions schedules = new ScheduleOptions(this);

  private final PackageOptions packages = new PackageOptions(this);

  private final Value<Boolean> listWindows =
      flag("--list-windows", "Observe one run, list the windows, and attack nothing.");

  private final Value<String> replay =
      option("--replay", "ID", String.class, "Run the one window with this id again, alone.")
          .read(CaseWords.NOT_EMPTY);

  private final Value<Boolean> verbose =
      flag("--verbose", "Tell every window by itself, also those that held.");

  private final Value<Path> baseline =
      option(
          "--baseline",
          "FILE",
          Path.class,
          "What FILE names is known: it is told, and does not count.");

  private final Value<Path> newBaseline =
      option(
          "--write-baseline",
          "FILE",
          Path.class,
          "Write what is broken to FILE, for --baseline; reasons that are given there are kept.");

  private final Value<Path> junit =
      option(
          "--junit, --junit-xml",
          "FILE",
          Path.class,
          "Also write the result of each case to FILE, as build servers read results of tests.");

  private final Value<Path> sarif =
      option("--sarif", "FILE", Path.class, "Also write the findings to FILE as SARIF 2.1.0.");

  private final Value<Path> html =
      option(
          "--html",
          "FILE",
          Path.class,
          "Also write a report to FILE: one HTML file that needs nothing else.");

  private final Engine engine;

  public ProveCommand() {
    this(new RealEngine());
  }

  public ProveCommand(Engine engine) {
    super("prove");
    description(
        "Runs a program, stops it between any two system calls, lets an intruder act exactly there,"
            + " and says whether it holds. What is reported is a break-in that happened, with the"
            + " command line that shows it again.",
        "",
        "Each run has a world of its own: what the program and the intruder do to files is undone,"
            + " and of the network only its own 127.0.0.1 and ::1 are there. The program still"
            + " runs, many times, with your rights: prove only what you may attack, on a machine"
            + " you can throw away.",
        "");
    synopsis(
        "usage: holdfast prove [OPTIONS] [--] CMD [ARG...]",
        "       holdfast prove [OPTIONS] --case FILE...",
        "       holdfast prove [OPTIONS] --package FILE.deb");
    exitStatus(
        "0:the program held at every window (with '--expect broken': it did not)",
        "1:the intruder gained something at one window at least (or that was expected, and"
            + " nothing was gained)",
        "2:wrong use",
        "3:nothing was exploited, but it could not be decided: the undisturbed run failed (see"
            + " --expect-exit), windows were not tried or not decided, nothing could be attacked"
            + " though names were asked about, or only a setting of this kernel saved the program"
            + " (see --assume-guards)",
        "130:interrupted");
    footer(
        "Words:",
        "  window        a moment before a call that uses a name, when the intruder",
        "                can change what the name means",
        "  RACE          only that moment lets it in: the same act before the start",
        "                gains nothing",
        "  PLAIN FOLLOW  no timing is needed: the program follows what it finds",
        "  pruned        uses of names that need no trial, with the reason",
        "",
        "Examples:",
        "  root compresses a file in a directory of somebody else's:",
        "    holdfast prove --arena /srv/in --setup 'echo x > /srv/in/f' \\",
        "      -- bzip2 /srv/in/f",
        "  a tree is copied; one report for people, one for a code host:",
        "    holdfast prove --arena /srv/in --fresh /srv/out \\",
        "      --setup 'mkdir -p /srv/in/a/b' --html race.html --sarif race.sarif \\",
        "      -- cp -r /srv/in/a /srv/out/",
        "  does a crash leave a broken state behind?",
        "    holdfast prove --fresh /srv/db --intruder kill \\",
        "      --check 'mydb verify /srv/db' -- mydb add /srv/db row",
        "  what if the cleaner comes by while it works?",
        "    holdfast prove --fresh /srv/tmp --fresh /srv/out --intruder rival \\",
        "      --rival 'find /srv/tmp -type f -delete' \\",
        "      --check 'test -s /srv/out/result' -- myjob /srv/tmp /srv/out",
        "  does it stand a second run at the same time? and another program?",
        "    holdfast prove --twice -- mytool set x 1",
        "    holdfast prove --with 'mytool list' -- mytool set x 1",
        "  and of many commands, one on each line, which disturb which?",
        "    holdfast prove --pairs commands",
        "  and do the tasks of one command disturb one another?",
        "    holdfast prove --inside -- make -j4",
        "  and can the next run go on where one of them was killed?",
        "    holdfast prove --crash -- mytool set x 1",
        "  the cases of a project, in a build: what is known is in a file",
        "    holdfast prove --case postinst.toml --case rotate.toml \\",
        "      --baseline known.toml --sarif race.sarif --junit race.xml",
        "  what a package does as root, beside a user that it gives a directory to:",
        "    holdfast prove --package acme_2.0_all.deb --upgrade-from acme_1.0_all.deb",
        "  what would be tried, and one of it alone:",
        "    holdfast prove --list-windows --case bzip2.toml",
        "    holdfast prove --replay ID --case bzip2.toml",
        "  bzip2.toml:",
        "    command = [\"bzip2\", \"/srv/in/f\"]",
        "    arena   = \"/srv/in\"",
        "    setup   = [\"echo x > /srv/in/f\"]",
        "    timeout = \"5s\"");
    // What follows the program's name is the program's, whatever it looks like.
    spec.parser().stopAtPositional(true);
    this.engine = engine;
  }

  @Override
  public Integer call() throws ProveException, IOException {
    if (listWindows.get() && replay.given()) {
      throw CommandFailure.usage("--replay", "cannot be combined with --list-windows");
    }
    PackageCases ofPackage = packages.cases();
    List<CaseOptions.OneCase> cases = options.cases();
    if (cases.size() > 1 && replay.given()) {
      throw CommandFailure.usage("--replay", "is about one case: give one --case");
    }
    if (ofPackage != null) {
      requireOnlyPackage(cases);
    }
    List<Asked> typed = ofPackage == null ? asked(cases) : List.of();
    Baseline known = baseline.given() ? Baseline.read(baseline.get()) : Baseline.NONE;
    Outputs outputs =
        new Outputs(
            output("--sarif", sarif.orNull()),
            output("--html", html.orNull()),
            output("--junit", junit.orNull()),
            output("--write-baseline", newBaseline.orNull()));
    UserNamespace.ensure(
        engine.whyNot(), spec.qualifiedName(), globals(), spec.commandLine().getErr());

    try (ProveWatch watch =
        new ProveWatch(spec.qualifiedName(), spec.commandLine().getErr(), globals())) {
      Packaged packaged = ofPackage == null ? null : packaged(ofPackage, cases.getFirst(), watch);
      List<Asked> asked = packaged == null ? typed : packaged.asked();
      boolean several = packaged != null || asked.size() > 1;
      List<Answer> answers = new ArrayList<>();
      for (Asked each : asked) {
        if (!watch.isCancelled()) {
          Answer answer = answer(each, known, watch, several);
          answers.add(answer);
          tell(answer, several);
        }
      }
      return tell(answers, asked.size(), several, packaged, known, outputs);
    }
  }

  private List<Asked> asked(List<CaseOptions.OneCase> cases) {
    List<Asked> all = new ArrayList<>();
    for (CaseOptions.OneCase one : cases) {
      one.policy();
      one.expected();
      Together together = schedules.together(one.given(), one.isUntilQuiet());
      if (together != null) {
        refuseWithSchedules();
      }
      List<ScheduleOptions.Pair> pairs = together == null ? List.of() : schedules.pairs();
      if (pairs.isEmpty()) {
        List<String> again = together == null ? List.of() : schedules.words(null);
        all.add(Asked.of(one, one.toCase(), one.name(), together, options.argv(), again));
      }
      for (ScheduleOptions.Pair pair : pairs) {
        if (!options.argv().isEmpty() || replay.given() || one.origin() != null) {
          throw CommandFailure.usage(
              "--pairs",
              "names the commands itself: it cannot be combined with CMD, --case or --replay");
        }
        Case what = one.toCase(List.of("sh", "-c", pair.first()));
        all.add(
            Asked.of(
                one,
                what,
                pair.name(),
                pair.of(Objects.requireNonNull(together)),
                what.argv(),
                schedules.words(pair)));
      }
    }
    return all;
  }

  /**
   * What a package comes to.
   *
   * @param arenas empty also if they could not be found out
   */
  private record Packaged(PackageCases of, List<Arena> arenas, List<Asked> asked) {}

  /** Where dpkg is the program, and the package says whose directories there are. */
  private void requireOnlyPackage(List<CaseOptions.OneCase> cases) {
    CaseOptions.OneCase one = cases.getFirst();
    String other =
        one.origin() != null
            ? "--case"
            : schedules.together(one.given(), one.isUntilQuiet()) != null
                ? "--twice and its like"
                : options.againstPackage();
    if (!other.isEmpty()) {
      throw CommandFailure.usage(
          "--package", "says what is run and who attacks: it cannot be combined with " + other);
    }
    String whyNot = engine.whyNot();
    if (whyNot != null) {
      // A user namespace of one user cannot give a file to another one.
      throw CommandFailure.undecided("--package", "packages are installed by root: " + whyNot);
    }
  }

  private Packaged packaged(PackageCases of, CaseOptions.OneCase one, Progress progress)
      throws ProveException {
    Case usual = one.toCase(List.of("dpkg"));
    Case base = options.isTimeGiven() ? usual : usual.withTimeout(PackageCases.TIME);
    List<Arena> arenas = List.of();
    ProveException against = null;
    try {
      arenas = of.arenas(base, what -> engine.arenas(what, progress));
    } catch (ProveException e) {
      against = e;
    }
    List<Asked> all = new ArrayList<>();
    for (PackageCases.One each : of.each(arenas, options.attackerOrNull())) {
      Case what = of.of(base, each.step());
      Account attacker = each.attacker();
      List<String> again = new ArrayList<>(packages.words(each.step()));
      again.addAll(options.attackerOrNull() == null ? each.words() : List.of());
      all.add(
          new Asked(
              one,
              attacker == null ? what : what.withAttacker(attacker),
              each.name(),
              null,
              new Place.Source(of.current().shown(), 0, 0),
              List.of(),
              again,
              of.scripts(each.step()),
              List.of(PackageCases.told(arenas)),
              against));
    }
    if (replay.given() && all.size() != 1) {
      throw CommandFailure.usage(
          "--replay", "is about one case: give one --step, and one --attacker of several");
    }
    return new Packaged(of, arenas, all);
  }

  /** What would be without meaning is no silent part of the case. */
  private void refuseWithSchedules() {
    String refused = listWindows.get() ? "--list-windows" : options.againstTrust();
    if (!refused.isEmpty()) {
      throw CommandFailure.usage(
          refused, "says nothing where programs that trust one another run together");
    }
  }

  /**
   * @param among whether one that cannot be run is only one of several
   */
  private Answer answer(Asked asked, Baseline known, Progress progress, boolean among)
      throws ProveException {
    CaseOptions.OneCase one = asked.one();
    try {
      Together together = asked.orThrow().together();
      return together == null
          ? answer(told(asked, known, run(asked.what(), progress)), asked)
          : answer(
              told(
                  asked,
                  together,
                  known,
                  engine.schedules(asked.what(), together, replay.orNull(), progress)),
              asked);
    } catch (ProveException e) {
      if (!among) {
        throw e;
      }
      return Answer.refused(
          asked.name(), one.expected(), Version.number(), String.valueOf(e.getMessage()));
    }
  }

  private ToldProof told(Asked asked, Baseline known, Proof proof) {
    return new ToldProof(
            proof.noting(asked.notes()),
            listWindows.get(),
            Version.number(),
            asked::replay,
            asked.one().policy())
        .beside(known.known(), asked.origin())
        .with(asked.scripts());
  }

  private ToldSchedules told(Asked asked, Together together, Baseline known, ScheduleProof proof) {
    List<List<String>> commands = new ArrayList<>(List.of(asked.what().argv()));
    together.others().forEach(command -> commands.add(List.of("sh", "-c", command)));
    return new ToldSchedules(proof, commands, replay.given(), Version.number(), asked::replay)
        .beside(known.known(), asked.origin());
  }

  private Answer answer(ToldProof told, Asked asked) {
    Conclusion conclusion = told.conclusion();
    return new Answer(
        asked.name(),
        asked.one().expected(),
        conclusion.kind(),
        told.listed(),
        ProofReport.of(told),
        painter -> ProofText.of(told, painter, verbose.get()),
        json -> ProofJson.write(told, json),
        told.proof().windows().stream()
            .filter(result -> result.verdict() == Verdict.EXPLOITED)
            .map(
                result ->
                    new Baseline.Entry(result.window().fingerprint(), ProofText.brief(result)))
            .toList(),
        told.listed() ? List.of() : conclusion.doubts(),
        told.proof().notes());
  }

  private Answer answer(ToldSchedules told, Asked asked) {
    Report report = ScheduleReport.of(told);
    return new Answer(
        asked.name(),
        asked.one().expected(),
        told.conclusion(),
        false,
        report,
        painter -> ScheduleText.of(told, painter),
        json -> ScheduleJson.write(told, json),
        report.findings().stream()
            .map(finding -> new Baseline.Entry(finding.fingerprint(), finding.message()))
            .toList(),
        List.of(),
        told.proof().notes());
  }

  /** As soon as there is one; JSON is one document, which comes at the end. */
  private void tell(Answer answer, boolean among) {
    PrintWriter out = spec.commandLine().getOut();
    if (!globals().json()) {
      Painter painter = Terminal.painter(globals().color());
      if (among) {
        out.println(painter.paint(Ink.STRONG, "== " + Text.printable(answer.name())));
      }
      out.print(answer.text().apply(painter));
      out.print(among ? "\n" : "");
      out.flush();
    }
    Notes.print(answer.notes(), spec, globals());
    // Why nothing was decided is part of the answer, so it is said even to whoever wants quiet.
    if (globals().quiet() || answer.json() == null) {
      answer.doubts().forEach(doubt -> say(answer, among, "not decided: " + doubt));
    }
    if (answer.expected() == Expected.BROKEN && answer.exit() == ExitCode.NO) {
      say(answer, among, "it was expected to be broken (--expect), and held");
    }
  }

  private void say(Answer answer, boolean among, String sentence) {
    PrintWriter err = spec.commandLine().getErr();
    String about = among ? answer.name() + ": " : "";
    err.println(spec.qualifiedName() + ": " + Text.printable(about + sentence));
    err.flush();
  }

  private int tell(
      List<Answer> answers,
      int asked,
      boolean several,
      @Nullable Packaged packaged,
      Baseline known,
      Outputs outputs)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    int status =
        answers.stream().anyMatch(each -> each.exit() == ExitCode.NO)
            ? ExitCode.NO
            : answers.stream().allMatch(each -> each.exit() == ExitCode.OK)
                    && answers.size() == asked
                ? ExitCode.OK
                : ExitCode.UNDECIDED;
    if (globals().json()) {
      if (several) {
        Json.Body ofPackage = packaged == null ? null : packaged.of().json(packaged.arenas());
        Json.document(out, json -> CasesText.json(answers, asked, ofPackage, json));
      } else {
        Json.document(out, Objects.requireNonNull(answers.getFirst().json()));
      }
    } else if (several) {
      out.print(CasesText.of(answers, asked, Terminal.painter(globals().color())));
    }
    out.flush();
    List<Baseline.Entry> broken = answers.stream().flatMap(each -> each.broken().stream()).toList();
    boolean whole = !listWindows.get() && !options.narrowed() && !packages.narrowed();
    if (answers.size() == asked && whole && !replay.given()) {
      List<String> gone =
          known.without(broken).stream()
              .map(
                  entry ->
                      "the baseline has what is broken no more: " + entry.id() + " " + entry.what())
              .toList();
      Notes.print(gone, spec, globals());
    }
    outputs.write(answers, asked, known, broken);
    return status;
  }

  /** The files that were asked for. */
  private record Outputs(
      @Nullable OutputFile sarif,
      @Nullable OutputFile html,
      @Nullable OutputFile junit,
      @Nullable OutputFile baseline) {
    void write(List<Answer> answers, int asked, Baseline known, List<Baseline.Entry> broken) {
      Report report =
          Report.joined(
              asked + " cases",
              CasesText.summary(answers, asked),
              answers.stream().map(Answer::report).toList());
      if (sarif != null) {
        sarif.write(to -> SarifWriter.write(report, to));
      }
      if (html != null) {
        html.write(to -> HtmlWriter.write(report, to));
      }
      if (junit != null) {
        junit.write(
            to ->
                JunitXmlWriter.write(
                    "holdfast prove", answers.stream().map(Answer::subject).toList(), to));
      }
      if (baseline != null) {
        baseline.write(to -> known.write(broken, to));
      }
    }
  }

  private Proof run(Case what, Progress progress) throws ProveException {
    if (listWindows.get()) {
      return engine.listWindows(what, progress);
    }
    return replay.given()
        ? engine.replay(what, replay.get(), progress)
        : engine.prove(what, progress);
  }

  private @Nullable OutputFile output(String option, @Nullable Path file) {
    if (file == null) {
      return null;
    }
    if (listWindows.get()) {
      throw CommandFailure.usage(option, "there are no findings to write with --list-windows");
    }
    return new OutputFile(option, file);
  }

  private static final class RealEngine implements Engine {
    @Override
    public Proof prove(Case what, Progress progress) throws ProveException {
      return Prover.prove(what, progress);
    }

    @Override
    public Proof listWindows(Case what, Progress progress) throws ProveException {
      return Prover.listWindows(what, progress);
    }

    @Override
    public Proof replay(Case what, String window, Progress progress) throws ProveException {
      return Prover.replay(what, window, progress);
    }

    @Override
    public @Nullable String whyNot() {
      return Prover.whyNot();
    }
  }
}
