package dev.holdfast.cli;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.DidYouMean;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Value;
import java.util.List;
import picocli.CommandLine;

/** {@code holdfast help}. */
final class HelpCommand extends Command {
  private final Value<List<String>> names =
      operands("COMMAND", "The command, and its sub-command if it has them.")
          .oneOf(Commands::names);

  private final Value<Boolean> man = flag("--man", "Print it in the form that 'man -l -' shows.");

  private final Value<Boolean> onlyNames =
      flag("--names", "Print only the names of the commands, or of a command's sub-commands.");

  HelpCommand() {
    super("help");
    textOnly();
    description("Shows the manual of a command, as its --help does; without one, what there is.");
    synopsis("usage: holdfast help [--man | --names] [COMMAND [SUBCOMMAND]]");
    exitStatus("0:shown", "2:wrong use");
    footer("Examples:", "    holdfast help lock", "    holdfast help tree rm");
  }

  @Override
  public Integer call() {
    CommandLine shown = Commands.commandLineFor();
    for (String name : names.or(List.of())) {
      CommandLine next = shown.getSubcommands().get(name);
      if (next == null) {
        throw CommandFailure.usage(
            name,
            shown.getSubcommands().isEmpty()
                ? "unexpected: '" + shown.getCommandName() + "' has no commands of its own"
                : "no such command" + DidYouMean.hint(name, shown.getSubcommands().keySet()));
      }
      shown = next;
    }
    if (onlyNames.get()) {
      shown.getSubcommands().keySet().forEach(spec.commandLine().getOut()::println);
    } else if (man.get()) {
      spec.commandLine().getOut().print(ManualPage.of(shown));
    } else {
      Usage.asPrinted(shown).usage(spec.commandLine().getOut());
    }
    return ExitCode.OK;
  }
}
