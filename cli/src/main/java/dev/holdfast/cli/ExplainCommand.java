package dev.holdfast.cli;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.DidYouMean;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Operand;
import java.io.PrintWriter;
import java.util.List;

/** {@code holdfast explain}. */
final class ExplainCommand extends Command {
  private final Operand<List<String>> ids =
      operands(
              "ID", "What to explain, as any output calls it: S05, [S05], S05/rule. Default: list.")
          .oneOf(Pages::ids);

  ExplainCommand() {
    super("explain");
    textOnly();
    description(
        "Tells what an id in our output stands for: the hazard, how it is used, and what holds. S"
            + " is for files, L for locks, F and K for what Holdfast offers against them. The pages"
            + " of prove and of schedules are here, too.");
    synopsis("usage: holdfast explain [ID...]");
    exitStatus("0:explained", "2:there is no such id");
    footer(
        "Examples:",
        "    holdfast explain S05",
        "    holdfast explain prove | less",
        "  what there is:",
        "    holdfast explain");
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (!ids.given()) {
      for (String id : Pages.ids()) {
        out.println(Pages.title(id));
      }
      return ExitCode.OK;
    }
    // All are looked for before one is shown.
    List<String> wanted = ids.get().stream().map(ExplainCommand::known).toList();
    for (int i = 0; i < wanted.size(); i++) {
      out.print(i == 0 ? "" : System.lineSeparator());
      out.print(Pages.text(wanted.get(i)));
    }
    return ExitCode.OK;
  }

  private static String known(String typed) {
    String bare = typed.replaceFirst("^\\[", "").replaceFirst("[]/].*", "");
    for (String id : Pages.ids()) {
      if (id.equalsIgnoreCase(bare)) {
        return id;
      }
    }
    throw CommandFailure.usage(
        typed,
        "no such id" + DidYouMean.hint(bare, Pages.ids()) + "; 'holdfast explain' lists them");
  }
}
