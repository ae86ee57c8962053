package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** {@code holdfast tree cp}. */
final class TreeCpCommand extends Command {
  private final TreeCommand tree;

  private final Value<TypedPath> source = path("SOURCE", "A directory, file or link.");

  private final Value<TypedPath> target = path("TARGET", "Where the copy is made.");

  private final Value<Boolean> devices = flag("--devices", "Make device nodes, too.");

  private final Value<Boolean> cross =
      flag("--cross-mounts", "Copy what is in mounted file systems, too.");

  public TreeCpCommand(TreeCommand tree) {
    super("cp");
    this.tree = tree;
    description(
        "Copies SOURCE to TARGET, which must not exist, as cp -a would if nobody interfered: with"
            + " owners (where permitted), modes, times, extended attributes, ACLs, holes and hard"
            + " links.");
    exitStatus(TreeCommand.EXIT_STATUS);
    footer("Example:", "    holdfast tree cp ~alice/public /srv/mirror/alice");
  }

  /** A slash at its end says that a directory is to be made. */
  private Path target() {
    TypedPath typed = target.get();
    if (typed.slash() && !Files.isDirectory(source.get().path(), LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.undecided(typed.toString(), "not a directory (ENOTDIR)");
    }
    return typed.path();
  }

  @Override
  public Integer call() throws IOException {
    TreeReport report =
        Trees.copy(
            source.get().entry(),
            target(),
            tree.options(spec).withDevices(devices.get()).withCrossMounts(cross.get()));
    return tree.report(report, source.get().entry(), spec.commandLine().getOut());
  }
}
