package dev.holdfast.cli;

import dev.holdfast.files.OwnerChange;
import dev.holdfast.files.TreeReport;
import dev.holdfast.files.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast tree chown}. */
@Command(
    name = "chown",
    description =
        "Changes the owner of PATH and all that is below it; of links themselves, never of what"
            + " they point to.",
    footer = {"Example:", "    holdfast tree chown backup:backup /srv/backup"})
final class TreeChownCommand implements Callable<Integer> {
  @ParentCommand private TreeCommand tree;
  @Spec private CommandSpec spec;
  @Mixin private final TreeHardLinks hardLinks = new TreeHardLinks();

  @Parameters(
      index = "0",
      paramLabel = "OWNER[:GROUP]",
      description = "Names or numbers; :GROUP alone keeps the owner.")
  private String owner;

  @Parameters(index = "1", paramLabel = "PATH", description = "Where to begin.")
  private Path path;

  @Override
  public Integer call() throws IOException {
    OwnerChange change;
    try {
      change = OwnerChange.parse(owner);
    } catch (UserPrincipalNotFoundException unknown) {
      throw CommandFailure.usage(String.valueOf(unknown.getName()), "no such user or group");
    }
    TreeReport report = Trees.chown(path, change, hardLinks.apply(tree.options(spec)));
    return tree.report(report, path, spec.commandLine().getOut());
  }
}
