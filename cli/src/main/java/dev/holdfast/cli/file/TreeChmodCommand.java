package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.tree.ModeChange;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import java.io.IOException;

/** {@code holdfast tree chmod}. */
final class TreeChmodCommand extends Command {
  private final TreeCommand tree;
  private final TreeHardLinks hardLinks = new TreeHardLinks(this);

  private final Value<String> mode =
      operand(
          "MODE",
          String.class,
          "As chmod takes it: 640, u+rwX,go-w; after -- if it begins with a dash. The umask changes"
              + " nothing.");

  private final Value<TypedPath> path = path("PATH", "Where to begin.");

  public TreeChmodCommand(TreeCommand tree) {
    super("chmod");
    this.tree = tree;
    description("Changes the mode of PATH and all that is below it; of links, nothing.");
    exitStatus(TreeCommand.EXIT_STATUS);
    footer("Example:", "    holdfast tree chmod u=rwX,go= /srv/private");
  }

  @Override
  public Integer call() throws IOException {
    ModeChange change;
    try {
      change = ModeChange.parse(mode.get());
    } catch (IllegalArgumentException none) {
      throw CommandFailure.usage(mode.get(), "is not a mode such as 640 or u+rwX,go-w");
    }
    TreeReport report =
        Trees.chmod(path.get().entry(), change, hardLinks.apply(tree.options(spec)));
    return tree.report(report, path.get().entry(), spec.commandLine().getOut());
  }
}
