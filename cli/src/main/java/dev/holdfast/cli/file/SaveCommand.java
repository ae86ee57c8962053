package dev.holdfast.cli.file;

import dev.holdfast.cli.child.StandardInput;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.temp.EmergencySave;
import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** {@code holdfast save}. */
public final class SaveCommand extends Command {
  private final Value<TypedPath> file = path("FILE", "Where it should be.");

  private final InputStream in;

  public SaveCommand() {
    this(new StandardInput());
  }

  public SaveCommand(InputStream in) {
    super("save");
    textOnly();
    description(
        "Saves standard input in an emergency: as FILE if nothing is there, else beside it under a"
            + " number, else in a private directory, else in /var/tmp. Nothing that exists is"
            + " opened, followed or overwritten. Prints where it is.");
    exitStatus("0:saved", "2:wrong use", "3:nothing took it");
    footer("Example:", "    trap 'printf %%s \"$text\" | holdfast save notes.save' TERM");
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    EmergencySave.Saved saved = save(file.get().file());
    PrintWriter out = spec.commandLine().getOut();
    // Printed unescaped, because scripts use it as a path.
    out.println(saved.path());
    if (out.checkError()) {
      // Whoever saved a text must find it.
      spec.commandLine().getErr().println("holdfast save: it is " + Text.printable(saved.path()));
    }
    return ExitCode.OK;
  }

  /** The user may still have a place where it fits: so it is told why none of ours took it. */
  private EmergencySave.Saved save(Path file) throws IOException {
    try {
      return EmergencySave.save(file, in);
    } catch (FileSystemException refused) {
      PrintWriter err = spec.commandLine().getErr();
      for (Throwable another : refused.getSuppressed()) {
        err.println(
            "holdfast save: "
                + Text.printable(String.valueOf(another.getMessage()).replaceAll("\\R", " ")));
      }
      throw refused;
    }
  }
}
