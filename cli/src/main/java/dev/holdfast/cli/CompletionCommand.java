package dev.holdfast.cli;

import picocli.AutoComplete;

/** {@code holdfast completion}. */
final class CompletionCommand extends Command {
  CompletionCommand() {
    super("completion");
    description(
        "Prints a script that teaches bash (and zsh, with bashcompinit) to complete holdfast.");
    exitStatus("0:good", "2:wrong use");
    footer(
        "Examples:",
        "  for this shell:",
        "    source <(holdfast completion)",
        "  for every shell from now on:",
        "    holdfast completion > ~/.local/share/bash-completion/completions/holdfast");
  }

  @Override
  public Integer call() {
    // Ours knows only the command that was named.
    spec.commandLine().getOut().print(AutoComplete.bash("holdfast", Commands.commandLineFor()));
    return ExitCode.OK;
  }
}
