package dev.holdfast.cli;

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

/** {@code holdfast tree cp}. */
@Command(
    name = "cp",
    description =
        "Copies SOURCE to TARGET, which must not exist, as cp -a would if nobody interfered: with"
            + " owners (where permitted), modes, times, extended attributes, ACLs, holes and hard"
            + " links.",
    footer = {"Example:", "    holdfast tree cp ~alice/public /srv/mirror/alice"})
final class TreeCpCommand implements Callable<Integer> {
  @ParentCommand private TreeCommand tree;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SOURCE", description = "A directory, file or link.")
  private Path source;

  @Parameters(index = "1", paramLabel = "TARGET", description = "Where the copy is made.")
  private Path target;

  @Option(names = "--devices", description = "Make device nodes, too.")
  private boolean devices;

  @Option(names = "--cross-mounts", description = "Copy what is in mounted file systems, too.")
  private boolean cross;

  @Override
  public Integer call() throws IOException {
    TreeReport report =
        Trees.copy(source, target, tree.options(spec).withDevices(devices).withCrossMounts(cross));
    return tree.report(report, source, spec.commandLine().getOut());
  }
}
