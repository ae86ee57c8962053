package dev.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code holdfast completion}. */
@Command(
    name = "completion",
    description =
        "Prints a script that teaches bash (and zsh, with bashcompinit) to complete holdfast.",
    exitCodeList = {"0:good", "2:wrong use"},
    footer = {
      "Examples:",
      "  for this shell:",
      "    source <(holdfast completion)",
      "  for every shell from now on:",
      "    holdfast completion > ~/.local/share/bash-completion/completions/holdfast"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    // Ours knows only the command that was named.
    spec.commandLine().getOut().print(AutoComplete.bash("holdfast", Commands.commandLineFor()));
    return ExitCode.OK;
  }
}
