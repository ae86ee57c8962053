package dev.holdfast.cli.command;

import dev.holdfast.findings.terminal.Text;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Remarks that are no result: what could not be done, and what to know of how it was done. */
public final class Notes {
  private Notes() {}

  public static void print(List<String> notes, CommandSpec command, GlobalOptions globals) {
    if (globals.quiet()) {
      return;
    }
    PrintWriter err = command.commandLine().getErr();
    for (String note : notes) {
      err.println(command.qualifiedName() + ": note: " + Text.printable(note));
    }
    err.flush();
  }
}
