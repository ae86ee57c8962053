package dev.holdfast.cli.command;

import dev.holdfast.findings.terminal.Text;

/**
 * How a command gives up: one line for the user, and an exit status.
 *
 * <p>The line is {@code holdfast CMD: what: why}, so {@code what} names the thing (a path, an
 * option, a user) and {@code why} says what is wrong with it and, where there is one, the way out.
 */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandFailure(int exitCode, String what, String why) {
    // A name that has a line end is not two names.
    super(Text.printable(TypedText.shown(what)) + ": " + why);
    this.exitCode = exitCode;
  }

  /** The command line makes no sense. */
  public static CommandFailure usage(String what, String why) {
    return new CommandFailure(ExitCode.USAGE, what, why);
  }

  /** The command could not find out. */
  public static CommandFailure undecided(String what, String why) {
    return new CommandFailure(ExitCode.UNDECIDED, what, why);
  }

  /** Somebody else has it, or the time ran out. */
  public static CommandFailure busy(String what, String why) {
    return new CommandFailure(ExitCode.BUSY, what, why);
  }

  /** An exit status that this command alone has. */
  public static CommandFailure status(int exitCode, String what, String why) {
    return new CommandFailure(exitCode, what, why);
  }

  /** The exit status that goes with it. */
  public int exitCode() {
    return exitCode;
  }
}
