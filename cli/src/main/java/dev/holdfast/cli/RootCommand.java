package dev.holdfast.cli;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.GlobalOptions;

/** {@code holdfast} itself, without a verb. */
final class RootCommand extends Command {
  private final GlobalOptions globals = new GlobalOptions(this);

  RootCommand() {
    super("holdfast");
    description(
        "Finds, proves and removes race conditions in Unix programs: in how they use files, and in"
            + " how they lock.");
    synopsisOfSubcommands("COMMAND");
  }

  @Override
  public GlobalOptions globals() {
    return globals;
  }

  @Override
  public Integer call() {
    spec.commandLine()
        .getErr()
        .println(
            "usage: holdfast [OPTIONS] COMMAND [ARG...]"
                + System.lineSeparator()
                + "commands: "
                + String.join(", ", Commands.names())
                + System.lineSeparator()
                + "'holdfast help' tells what they do, 'holdfast help COMMAND' how");
    return ExitCode.USAGE;
  }
}
