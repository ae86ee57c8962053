package dev.holdfast.cli;

import dev.holdfast.files.TreeOptions;
import dev.holdfast.files.TreeReport;
import dev.holdfast.files.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast tree rm}. */
@Command(
    name = "rm",
    description = "Removes PATH and all that is below it, as rm -r would if nobody interfered.",
    footer = {
      "Examples:",
      "    holdfast tree rm /srv/upload/job-17",
      "    holdfast tree rm --contents spool"
    })
final class TreeRmCommand implements Callable<Integer> {
  @ParentCommand private TreeCommand tree;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", description = "A directory, file or link.")
  private Path path;

  @Option(names = "--contents", description = "Empty the directory, and keep it.")
  private boolean contents;

  @Option(
      names = "--force-permissions",
      description = "Give the owner the rights to work in directories that are closed to him.")
  private boolean force;

  @Option(names = "--cross-mounts", description = "Remove what is in mounted file systems, too.")
  private boolean cross;

  @Override
  public Integer call() throws IOException {
    TreeOptions options = tree.options(spec).withForcePermissions(force).withCrossMounts(cross);
    TreeReport report =
        contents ? Trees.deleteContents(path, options) : Trees.delete(path, options);
    return tree.report(report, path, spec.commandLine().getOut());
  }
}
