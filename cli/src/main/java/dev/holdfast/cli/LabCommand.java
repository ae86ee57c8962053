package dev.holdfast.cli;

import dev.holdfast.cli.child.UserNamespace;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.DidYouMean;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Notes;
import dev.holdfast.cli.command.OutputFile;
import dev.holdfast.cli.command.ProgressLine;
import dev.holdfast.cli.command.Terminal;
import dev.holdfast.cli.command.Value;
import dev.holdfast.cli.command.Version;
import dev.holdfast.findings.HtmlWriter;
import dev.holdfast.findings.terminal.Ink;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.lab.Lab;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.lab.report.LabComparison;
import dev.holdfast.lab.report.LabJson;
import dev.holdfast.lab.report.LabText;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code holdfast lab}. */
final class LabCommand extends Command {
  /** Where the scenes are played; a test has its own. */
  interface Stage {
    List<Scene> scenes();

    LabReport run(List<Scene> scenes, Progress progress);

    /** As {@link Lab#walk}. */
    default @Nullable Boolean walk(Scene scene, Walker walker) throws IOException, ProveException {
      return Lab.walk(scene, walker);
    }

    @Nullable String whyNot();
  }

  private final Value<List<String>> names =
      operands("SCENE", "The scenes to run, such as S01. Default: all.")
          .oneOf(() -> ids(Lab.scenes()));

  private final Value<Boolean> list = flag("--list", "List the scenes, and run none.");

  private final Value<Boolean> step =
      flag(
          "--step",
          "Go through the scenes stop by stop: the source beside the call that comes next. Enter"
              + " has the attacker strike there, 'n' goes on without, 'q' leaves the program."
              + " Answers are lines of standard input, which need not be a terminal.");

  private final Value<Boolean> verbose =
      flag("--verbose", "Tell the evidence also of what came out as it should.");

  private final Value<Path> html =
      option(
          "--html",
          "FILE",
          Path.class,
          "Also write a report to FILE: one HTML file that needs nothing else.");

  private final Stage stage;
  private final BufferedReader answers;

  LabCommand() {
    this(new RealStage(), new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  LabCommand(Stage stage) {
    this(stage, Reader.nullReader());
  }

  LabCommand(Stage stage, Reader answers) {
    super("lab");
    description(
        "Runs hazards of the catalogue as scenes, for real, on this machine: a program that does"
            + " its work the usual way, and one that does it Holdfast's way, under the same attack"
            + " at every moment where an attacker could act. A scene is ok when the first lost and"
            + " the second held.",
        "",
        "Everything happens in private worlds: no file of this machine is changed, and nothing is"
            + " left behind.");
    synopsis("usage: holdfast lab [OPTIONS] [SCENE...]");
    exitStatus(
        "0:every scene that could run is ok",
        "1:a scene failed",
        "2:wrong use",
        "3:no scene could run here",
        "130:interrupted");
    footer(
        "Examples:",
        "  everything there is, and a page to look at:",
        "    holdfast lab --html lab.html",
        "  what there is, and one of it with its evidence:",
        "    holdfast lab --list",
        "    holdfast lab --verbose S01",
        "  stop by stop:",
        "    holdfast lab --step S01",
        "  for a script:",
        "    holdfast lab --json | jq -e '.summary | .ok + .skipped == .scenes'");
    this.stage = stage;
    this.answers = new BufferedReader(answers);
  }

  @Override
  public Integer call() throws IOException, ProveException {
    List<Scene> scenes = wanted();
    if (step.get()) {
      return walk(scenes);
    }
    PrintWriter out = spec.commandLine().getOut();
    Painter painter = Terminal.painter(globals().color());
    if (list.get()) {
      if (html.given()) {
        throw CommandFailure.usage("--html", "there is no result to write with --list");
      }
      if (globals().json()) {
        LabJson.list(scenes, out);
      } else {
        out.print(LabText.list(scenes, painter));
      }
      out.flush();
      return ExitCode.OK;
    }
    OutputFile htmlFile = html.given() ? new OutputFile("--html", html.get()) : null;
    UserNamespace.ensure(
        stage.whyNot(), spec.qualifiedName(), globals(), spec.commandLine().getErr());

    LabReport report =
        ProgressLine.during(
            globals(), spec.commandLine().getErr(), progress -> stage.run(scenes, progress));

    if (globals().json()) {
      LabJson.write(report, out);
    } else {
      out.print(LabText.of(report, painter, verbose.get()));
    }
    out.flush();
    Notes.print(report.notes(), spec, globals());
    if (htmlFile != null) {
      htmlFile.write(to -> HtmlWriter.write(LabComparison.of(report, Version.number()), to));
    }
    if (report.failed() > 0) {
      return ExitCode.NO;
    }
    return report.ok() > 0 ? ExitCode.OK : ExitCode.UNDECIDED;
  }

  private int walk(List<Scene> scenes) throws IOException, ProveException {
    if (list.get() || html.given() || globals().json()) {
      throw CommandFailure.usage(
          "--step", "is told as it goes: not together with --list, --html or --json");
    }
    if (!names.given()) {
      throw CommandFailure.usage("SCENE", "missing: name one, such as S01");
    }
    UserNamespace.ensure(
        stage.whyNot(), spec.qualifiedName(), globals(), spec.commandLine().getErr());
    boolean ok = true;
    boolean whole = true;
    for (Scene scene : scenes) {
      PrintWriter out = spec.commandLine().getOut();
      Painter painter = Terminal.painter(globals().color());
      out.println(painter.paint(Ink.STRONG, scene.id() + " " + scene.title()));
      out.println(scene.place() + " (holdfast explain " + scene.id() + ")");
      out.flush();
      Boolean good = stage.walk(scene, new TypedWalk(answers, out, painter));
      whole &= good != null;
      ok &= good == null || good;
      out.println();
      out.println(
          good == null
              ? "You left before the end."
              : good
                  ? "The usual way lost, and Holdfast's way held."
                  : "That is not what the scene should show.");
      out.flush();
    }
    return ok ? whole ? ExitCode.OK : ExitCode.UNDECIDED : ExitCode.NO;
  }

  private List<Scene> wanted() {
    List<Scene> all = stage.scenes();
    if (!names.given()) {
      return all;
    }
    return names.get().stream().distinct().map(name -> byName(all, name)).toList();
  }

  private static Scene byName(List<Scene> all, String name) {
    Optional<Scene> found = all.stream().filter(s -> s.id().equalsIgnoreCase(name)).findFirst();
    return found.orElseThrow(
        () ->
            CommandFailure.usage(
                name,
                "no such scene"
                    + DidYouMean.hint(name, ids(all))
                    + "; there are "
                    + String.join(", ", ids(all))));
  }

  private static List<String> ids(List<Scene> scenes) {
    return scenes.stream().map(Scene::id).toList();
  }

  private static final class RealStage implements Stage {
    @Override
    public List<Scene> scenes() {
      return Lab.scenes();
    }

    @Override
    public LabReport run(List<Scene> scenes, Progress progress) {
      return Lab.run(scenes, progress);
    }

    @Override
    public @Nullable String whyNot() {
      return Prover.whyNot();
    }
  }
}
