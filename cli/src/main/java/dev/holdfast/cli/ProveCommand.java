package dev.holdfast.cli;

import dev.holdfast.cli.tell.ProofJson;
import dev.holdfast.cli.tell.ProofReport;
import dev.holdfast.cli.tell.ProofText;
import dev.holdfast.cli.tell.Telling;
import dev.holdfast.findings.HtmlWriter;
import dev.holdfast.findings.SarifWriter;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Progress;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code holdfast prove}. */
final class ProveCommand extends Command {
  /** What proves; a test has its own. */
  interface Engine {
    Proof prove(Case what, Progress progress) throws ProveException;

    Proof listWindows(Case what, Progress progress) throws ProveException;

    Proof replay(Case what, String window, Progress progress) throws ProveException;

    @Nullable String whyNot();
  }

  private final CaseOptions options = new CaseOptions(this);

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

  ProveCommand() {
    this(new RealEngine());
  }

  ProveCommand(Engine engine) {
    super("prove");
    description(
        "Runs a program, stops it between any two system calls, lets an intruder act exactly there,"
            + " and says whether it holds. What is reported is a break-in that happened, with the"
            + " command line that shows it again.",
        "",
        "Each run has a world of its own: what the program and the intruder do to files is undone,"
            + " and the network is not there. The program still runs, many times, with your rights:"
            + " prove only what you may attack, on a machine you can throw away.",
        "");
    synopsis(
        "usage: holdfast prove [OPTIONS] [--] CMD [ARG...]",
        "       holdfast prove [OPTIONS] --case FILE");
    exitStatus(
        "0:the program held at every window",
        "1:the intruder gained something at one window at least",
        "2:wrong use",
        "3:nothing was exploited, but some window could not be decided, or the program could not be"
            + " run",
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
    OutputFile sarifFile = output("--sarif", sarif.orNull());
    OutputFile htmlFile = output("--html", html.orNull());
    UserNamespace.ensure(
        engine.whyNot(), spec.qualifiedName(), globals(), spec.commandLine().getErr());

    Proof proof =
        ProgressLine.during(
            globals(), spec.commandLine().getErr(), progress -> run(what, progress));

    Telling telling =
        new Telling(proof, listWindows.get(), Version.number(), id -> ReplayLine.of(options, id));
    PrintWriter out = spec.commandLine().getOut();
    if (globals().json()) {
      ProofJson.write(telling, out);
    } else {
      out.print(ProofText.of(telling, Terminal.painter(globals().color()), verbose.get()));
    }
    out.flush();
    Notes.print(proof.notes(), spec, globals());
    if (sarifFile != null) {
      sarifFile.write(to -> SarifWriter.write(ProofReport.of(telling), to));
    }
    if (htmlFile != null) {
      htmlFile.write(to -> HtmlWriter.write(ProofReport.of(telling), to));
    }
    return listWindows.get() ? ExitCode.OK : exitCode(proof);
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

  private static int exitCode(Proof proof) {
    if (proof.count(Verdict.EXPLOITED) > 0) {
      return ExitCode.NO;
    }
    return proof.undecided() > 0 || !proof.complete() ? ExitCode.UNDECIDED : ExitCode.OK;
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
