package dev.holdfast.cli;

import dev.holdfast.files.EmergencySave;
import dev.holdfast.findings.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast save}. */
@Command(
    name = "save",
    description = {
      "Saves standard input in an emergency: as FILE if nothing is there, else beside it under a"
          + " number, else in a private directory. Nothing that exists is opened, followed or"
          + " overwritten. Prints where it is."
    },
    exitCodeList = {"0:saved", "2:wrong use", "3:nothing took it"},
    footer = {"Example:", "    trap 'printf %%s \"$text\" | holdfast save notes.save' TERM"})
final class SaveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Where it should be.")
  private Path file;

  private final InputStream in;

  SaveCommand() {
    this(System.in);
  }

  SaveCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    if (file.getFileName() == null) {
      throw CommandFailure.usage(file.toString(), "is no name of a file");
    }
    EmergencySave.Saved saved = EmergencySave.save(file, in.readAllBytes());
    PrintWriter out = spec.commandLine().getOut();
    out.println(Text.printable(saved.path()));
    out.flush();
    return ExitCode.OK;
  }
}
