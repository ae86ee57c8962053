package dev.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code holdfast} itself, without a verb. */
@Command(
    name = "holdfast",
    description =
        "Finds, proves and removes race conditions in Unix programs: in how they use files, and in"
            + " how they lock.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    usageHelpAutoWidth = true,
    sortOptions = false,
    headerHeading = "",
    synopsisHeading = "usage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:good",
      "1:the answer is no: a race was proved, a rule fired, a scene failed",
      "2:wrong use",
      "3:could not decide",
      "75:busy, or timed out",
      "130:interrupted"
    })
final class RootCommand implements Callable<Integer> {
  @Mixin private final GlobalOptions globals = new GlobalOptions();

  @Spec private CommandSpec spec;

  /** What the user asked of every command. A command reaches it by {@code @ParentCommand}. */
  GlobalOptions globals() {
    return globals;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
