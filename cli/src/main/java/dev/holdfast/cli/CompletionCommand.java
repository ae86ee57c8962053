package dev.holdfast.cli;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Operand;

/** {@code holdfast completion}. */
final class CompletionCommand extends Command {
  private final Operand<Completion.Shell> shell =
      operand("SHELL", Completion.Shell.class, "bash (default), zsh or fish.").optional();

  CompletionCommand() {
    super("completion");
    textOnly();
    description("Prints a script that teaches a shell to complete holdfast.");
    exitStatus("0:good", "2:wrong use");
    footer(
        "Examples:",
        "  bash, for this shell and for every shell from now on:",
        "    source <(holdfast completion bash)",
        "    holdfast completion > ~/.local/share/bash-completion/completions/holdfast",
        "  zsh, in a directory of $fpath:",
        "    holdfast completion zsh > ~/.zfunc/_holdfast",
        "  fish:",
        "    holdfast completion fish > ~/.config/fish/completions/holdfast.fish");
  }

  @Override
  public Integer call() {
    // Ours knows only the command that was named.
    spec.commandLine()
        .getOut()
        .print(Completion.script(shell.or(Completion.Shell.bash), Commands.commandLineFor()));
    return ExitCode.OK;
  }
}
