package dev.holdfast.cli;

import dev.holdfast.files.AtomicReplace;
import dev.holdfast.files.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** {@code holdfast write}. */
final class WriteCommand extends Command {
  private final Value<Path> file = operand("FILE", Path.class, "What to replace, or create.");

  private final Value<String> mode =
      option("--mode", "MODE", String.class, "In octal. Default: as it was.");

  private final Value<Boolean> durable =
      flag("--durable", "Return when the name is on the disk, too, not only the contents.");

  private final Value<Boolean> noReplace = flag("--no-replace", "Fail if FILE is there.");

  private final InputStream in;

  WriteCommand() {
    this(new StandardInput());
  }

  WriteCommand(InputStream in) {
    super("write");
    description(
        "Replaces FILE by what comes from standard input, in one instant: whoever reads it sees the"
            + " old contents or the new, whole. Owner, mode, attributes and ACL of the old file are"
            + " on the new one before it has the name.");
    exitStatus("0:replaced", "2:wrong use", "3:could not; the old file is untouched");
    footer(
        "Examples:",
        "    sort -u hosts | holdfast write hosts",
        "    openssl rand -hex 32 | holdfast write --mode 600 --no-replace secret");
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    if (file.get().getFileName() == null) {
      throw CommandFailure.usage(file.get().toString(), "is no name of a file");
    }
    AtomicReplace replace =
        AtomicReplace.of(file.get())
            .durability(durable.get() ? Durability.FILE_AND_DIRECTORY : Durability.FILE);
    if (mode.orNull() != null) {
      replace = replace.mode(octal(mode.orNull()));
    }
    (noReplace.get() ? replace.noReplace() : replace).write(in);
    return ExitCode.OK;
  }

  private static int octal(String text) {
    if (!text.matches("[0-7]{3,4}")) {
      throw CommandFailure.usage("--mode " + text, "is no mode in octal, such as 640");
    }
    return Integer.parseInt(text, 8);
  }
}
