package dev.holdfast.cli;

import dev.holdfast.cli.tell.FilesJson;
import dev.holdfast.files.TreeFailure;
import dev.holdfast.files.TreeOptions;
import dev.holdfast.files.TreeReport;
import dev.holdfast.findings.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast tree}: what its four sub-commands have in common. */
@Command(
    name = "tree",
    description = {
      "Removes, copies or changes a directory tree, and cannot be led out of it: whoever owns the"
          + " tree may swap its entries for links all the while.",
      "",
      "No symbolic link is followed. Other mounted file systems are left alone."
    },
    synopsisSubcommandLabel = "(rm | cp | chown | chmod)",
    subcommands = {
      TreeRmCommand.class,
      TreeCpCommand.class,
      TreeChownCommand.class,
      TreeChmodCommand.class
    },
    exitCodeList = {
      "0:all of it was done",
      "1:some entries could not be worked on; each was told",
      "2:wrong use",
      "3:could not begin",
      "130:interrupted"
    })
final class TreeCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;

  @Override
  public Integer call() {
    throw CommandFailure.usage("tree", "rm, cp, chown or chmod is missing; see --help");
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
    return Text.printable(failure.toString());
  }

  /**
   * Tells what was done.
   *
   * @param path where the work began
   */
  int report(TreeReport report, Path path, PrintWriter out) throws IOException {
    if (report.done().entries() == 0 && report.done().vanished() > 0) {
      throw new NoSuchFileException(path.toString());
    }
    if (root.globals().json()) {
      FilesJson.tree(report, out);
      out.flush();
    }
    if (report.stopped()) {
      return ExitCode.INTERRUPTED;
    }
    return report.complete() ? ExitCode.OK : ExitCode.NO;
  }
}
