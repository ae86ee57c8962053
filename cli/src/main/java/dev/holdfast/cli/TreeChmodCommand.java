package dev.holdfast.cli;

import dev.holdfast.files.ModeChange;
import dev.holdfast.files.TreeReport;
import dev.holdfast.files.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast tree chmod}. */
@Command(
    name = "chmod",
    description = "Changes the mode of PATH and all that is below it; of links, nothing.",
    footer = {"Example:", "    holdfast tree chmod u=rwX,go= /srv/private"})
final class TreeChmodCommand implements Callable<Integer> {
  @ParentCommand private TreeCommand tree;
  @Spec private CommandSpec spec;
  @Mixin private final TreeHardLinks hardLinks = new TreeHardLinks();

  @Parameters(
      index = "0",
      paramLabel = "MODE",
      description = "As chmod takes it: 640, u+rwX,go-w. The umask changes nothing.")
  private String mode;

  @Parameters(index = "1", paramLabel = "PATH", description = "Where to begin.")
  private Path path;

  @Override
  public Integer call() throws IOException {
    ModeChange change;
    try {
      change = ModeChange.parse(mode);
    } catch (IllegalArgumentException none) {
      throw CommandFailure.usage(mode, "is no mode, such as 640 or u+rwX,go-w");
    }
    TreeReport report = Trees.chmod(path, change, hardLinks.apply(tree.options(spec)));
    return tree.report(report, path, spec.commandLine().getOut());
  }
}
