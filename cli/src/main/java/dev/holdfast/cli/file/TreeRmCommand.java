package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import java.io.IOException;

/** {@code holdfast tree rm}. */
final class TreeRmCommand extends Command {
  private final TreeCommand tree;

  private final Value<TypedPath> path = path("PATH", "A directory, file or link.");

  private final Value<Boolean> contents = flag("--contents", "Empty the directory, and keep it.");

  private final Value<Boolean> force =
      flag(
          "--force-permissions",
          "Give the owner the rights to work in directories that are closed to it.");

  private final Value<Boolean> cross =
      flag("--cross-mounts", "Remove what is in mounted file systems, too.");

  public TreeRmCommand(TreeCommand tree) {
    super("rm");
    this.tree = tree;
    description("Removes PATH and all that is below it, as rm -r would if nobody interfered.");
    exitStatus(TreeCommand.EXIT_STATUS);
    footer(
        "Examples:",
        "    holdfast tree rm /srv/upload/job-17",
        "    holdfast tree rm --contents spool");
  }

  @Override
  public Integer call() throws IOException {
    TreeOptions options =
        tree.options(spec).withForcePermissions(force.get()).withCrossMounts(cross.get());
    TreeReport report =
        contents.get()
            ? Trees.deleteContents(path.get().entry(), options)
            : Trees.delete(path.get().entry(), options);
    return tree.report(report, path.get().entry(), spec.commandLine().getOut());
  }
}
