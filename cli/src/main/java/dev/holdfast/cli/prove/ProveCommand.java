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
import dev.holdfast.findings.Report;
import dev.holdfast.findings.SarifWriter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
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
import org.jspecify.annotations.Nullable;

/** {@code holdfast prove}. */
public final class ProveCommand extends Command {
  /** What proves; a test has its own. */
  public interface Engine {
    Proof prove(Case what, Progress progress) throws ProveException;

    Proof listWindows(Case what, Progress progress) throws ProveException;

    Proof replay(Case what, String window, Progress progress) throws ProveException;

    /** Every schedule; one that runs no schedules need not. */
    default ScheduleProof schedules(
        Case what, Together how, @Nullable String replay, Progress progress) throws ProveException {
      return Prover.schedules(what, how, replay, progress);
    }

    @Nullable String whyNot();
  }

  private final CaseOptions options = new CaseOptions(this);

  private final ScheduleOptions schedules = new ScheduleOptions(this);

  private final Value<Boolean> listWindows =
      flag("--list-windows", "Observe one run, list the windows, and attack nothing.");

  private final Value<String> replay =
      option("--replay", "ID", String.class, "Run the one window with this id again, alone.");

  private final Value<Boolean> verbose =
      flag("--verbose", "Tell every window by itself, also those that held.");

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
        "       holdfast prove [OPTIONS] --case FILE");
    exitStatus(
        "0:the program held at every window",
        "1:the intruder gained something at one window at least",
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
        "  RACE          only that moment lets him in: the same act before the start",
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
        "  and can the next run go on where one of them was killed?",
        "    holdfast prove --crash -- mytool set x 1",
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
      throw CommandFailure.usage("--replay", "says nothing together with --list-windows");
    }
    Case what = options.toCase();
    Together together = schedules.together();
    if (together != null) {
      refuseWithSchedules();
    }
    Conclusion.Policy policy = options.policy();
    OutputFile sarifFile = output("--sarif", sarif.orNull());
    OutputFile htmlFile = output("--html", html.orNull());
    UserNamespace.ensure(
        engine.whyNot(), spec.qualifiedName(), globals(), spec.commandLine().getErr());

    try (ProveWatch watch =
        new ProveWatch(spec.qualifiedName(), spec.commandLine().getErr(), globals())) {
      return together == null
          ? tell(run(what, watch), policy, sarifFile, htmlFile)
          : tell(
              told(what, together, engine.schedules(what, together, replay.orNull(), watch)),
              sarifFile,
              htmlFile);
    }
  }

  /** What would be without meaning is no silent part of the case. */
  private void refuseWithSchedules() {
    String refused = listWindows.get() ? "--list-windows" : options.againstTrust();
    if (!refused.isEmpty()) {
      throw CommandFailure.usage(
          refused, "says nothing where programs that trust one another run together");
    }
  }

  private ToldSchedules told(Case what, Together together, ScheduleProof proof) {
    List<List<String>> commands = new ArrayList<>(List.of(what.argv()));
    together.others().forEach(command -> commands.add(List.of("sh", "-c", command)));
    return new ToldSchedules(
        proof,
        commands,
        replay.given(),
        Version.number(),
        id -> ReplayLine.of(options, schedules.words(), id));
  }

  private int tell(
      ToldSchedules told, @Nullable OutputFile sarifFile, @Nullable OutputFile htmlFile)
      throws IOException {
    ScheduleProof proof = told.proof();
    PrintWriter out = spec.commandLine().getOut();
    if (globals().json()) {
      ScheduleJson.write(told, out);
    } else {
      out.print(ScheduleText.of(told, Terminal.painter(globals().color())));
    }
    out.flush();
    write(ScheduleReport.of(told), sarifFile, htmlFile);
    Notes.print(proof.notes(), spec, globals());
    if (!proof.findings().isEmpty()) {
      return ExitCode.NO;
    }
    return told.isDecided() ? ExitCode.OK : ExitCode.UNDECIDED;
  }

  private int tell(
      Proof proof,
      Conclusion.Policy policy,
      @Nullable OutputFile sarifFile,
      @Nullable OutputFile htmlFile)
      throws IOException {
    ToldProof told =
        new ToldProof(
            proof, listWindows.get(), Version.number(), id -> ReplayLine.of(options, id), policy);
    PrintWriter out = spec.commandLine().getOut();
    if (globals().json()) {
      ProofJson.write(told, out);
    } else {
      out.print(ProofText.of(told, Terminal.painter(globals().color()), verbose.get()));
    }
    out.flush();
    Notes.print(proof.notes(), spec, globals());
    write(ProofReport.of(told), sarifFile, htmlFile);
    return listWindows.get() ? ExitCode.OK : concluded(told);
  }

  private static void write(
      Report report, @Nullable OutputFile sarifFile, @Nullable OutputFile htmlFile)
      throws IOException {
    if (sarifFile != null) {
      sarifFile.write(to -> SarifWriter.write(report, to));
    }
    if (htmlFile != null) {
      htmlFile.write(to -> HtmlWriter.write(report, to));
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

  /** Why nothing was decided is part of the answer, so it is said even to whoever wants quiet. */
  private int concluded(ToldProof told) {
    Conclusion conclusion = told.conclusion();
    if (globals().quiet()) {
      PrintWriter err = spec.commandLine().getErr();
      for (String doubt : conclusion.doubts()) {
        err.println(spec.qualifiedName() + ": not decided: " + Text.printable(doubt));
      }
      err.flush();
    }
    return switch (conclusion.kind()) {
      case HOLDS -> ExitCode.OK;
      case BROKEN -> ExitCode.NO;
      case UNDECIDED -> ExitCode.UNDECIDED;
    };
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
