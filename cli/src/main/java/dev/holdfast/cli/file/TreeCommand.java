package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.files.tree.TreeFailure;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** {@code holdfast tree}: what its four sub-commands have in common. */
public final class TreeCommand extends Command {
  static final String[] EXIT_STATUS = {
    "0:all of it was done",
    "1:some entries could not be processed; each was told",
    "2:wrong use",
    "3:could not begin",
    "130:interrupted"
  };

  public TreeCommand() {
    super("tree");
    description(
        "Removes, copies or changes a directory tree, and cannot be led out of it: whoever owns the"
            + " tree may swap its entries for links all the while.",
        "",
        "No symbolic link is followed. Other mounted file systems are left alone.");
    synopsisOfSubcommands("(rm | cp | chown | chmod)");
    exitStatus(EXIT_STATUS);
    with(new TreeRmCommand(this));
    with(new TreeCpCommand(this));
    with(new TreeChownCommand(this));
    with(new TreeChmodCommand(this));
  }

  @Override
  public Integer call() {
    throw CommandFailure.usage("COMMAND", "missing; see 'holdfast tree --help'");
  }

  /** Tells each failure as it comes. */
  TreeOptions options(CommandSpec command) {
    PrintWriter err = command.commandLine().getErr();
    return TreeOptions.defaults()
        .onFailure(
            failure -> {
              err.println(command.qualifiedName() + ": " + line(failure));
              err.flush();
              return TreeOptions.AfterFailure.SKIP;
            });
  }

  static String line(TreeFailure failure) {
    String hint =
        failure.errnoName().equals("EEXIST")
            ? "; a copy is made only where nothing is"
            : failure.call().equals("mknodat") && failure.errnoName().isEmpty()
                ? "; --devices makes it"
                : "";
    String text = failure + hint;
    return Text.printable(text + Failures.frozen(failure.path(), text));
  }

  /**
   * Tells what was done.
   *
   * @param path where the work began
   */
  int report(TreeReport report, Path path, PrintWriter out) throws IOException {
    if (report.done().entries() == 0 && report.done().vanished() > 0) {
      throw new NoSuchFileException(FileName.shownOf(path));
    }
    if (globals().json()) {
      FilesJson.tree(report, out);
      out.flush();
    }
    if (report.stopped()) {
      return ExitCode.INTERRUPTED;
    }
    return report.complete() ? ExitCode.OK : ExitCode.NO;
  }
}
