package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.tree.OwnerChange;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import java.io.IOException;

/** {@code holdfast tree chown}. */
final class TreeChownCommand extends Command {
  private final TreeCommand tree;
  private final TreeHardLinks hardLinks = new TreeHardLinks(this);

  private final Value<String> owner =
      operand(
          "OWNER[:GROUP]",
          String.class,
          "Names or numbers; :GROUP alone keeps the owner, OWNER: takes the owner's login group.");

  private final Value<TypedPath> path = path("PATH", "Where to begin.");

  public TreeChownCommand(TreeCommand tree) {
    super("chown");
    this.tree = tree;
    description(
        "Changes the owner of PATH and all that is below it; of links themselves, never of what"
            + " they point to.");
    exitStatus(TreeCommand.EXIT_STATUS);
    footer("Example:", "    holdfast tree chown backup:backup /srv/backup");
  }

  @Override
  public Integer call() throws IOException {
    OwnerChange change = OwnerArgument.parse(owner.get());
    TreeReport report =
        Trees.chown(path.get().entry(), change, hardLinks.apply(tree.options(spec)));
    return tree.report(report, path.get().entry(), spec.commandLine().getOut());
  }
}
