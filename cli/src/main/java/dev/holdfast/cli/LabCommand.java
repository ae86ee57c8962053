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
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.lab.Lab;
import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.report.LabComparison;
import dev.holdfast.lab.report.LabJson;
import dev.holdfast.lab.report.LabText;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.io.PrintWriter;
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

    @Nullable String whyNot();
  }

  private final Value<List<String>> names =
      operands("SCENE", "The scenes to run, such as S01. Default: all.")
          .oneOf(() -> ids(Lab.scenes()));

  private final Value<Boolean> list = flag("--list", "List the scenes, and run none.");

  private final Value<Boolean> verbose =
      flag("--verbose", "Tell the evidence also of what came out as it should.");

  private final Value<Path> html =
      option(
          "--html",
          "FILE",
          Path.class,
          "Also write a report to FILE: one HTML file that needs nothing else.");

  private final Stage stage;

  LabCommand() {
    this(new RealStage());
  }

  LabCommand(Stage stage) {
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
        "  for a script:",
        "    holdfast lab --json | jq -e '.summary | .ok + .skipped == .scenes'");
    this.stage = stage;
  }

  @Override
  public Integer call() throws IOException {
    List<Scene> scenes = wanted();
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
