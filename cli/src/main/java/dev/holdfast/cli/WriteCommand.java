package dev.holdfast.cli;

import dev.holdfast.files.AtomicReplace;
import dev.holdfast.files.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast write}. */
@Command(
    name = "write",
    description = {
      "Replaces FILE by what comes from standard input, in one instant: whoever reads it sees the"
          + " old contents or the new, whole. Owner, mode, attributes and ACL of the old file are"
          + " on the new one before it has the name."
    },
    exitCodeList = {"0:replaced", "2:wrong use", "3:could not; the old file is untouched"},
    footer = {
      "Examples:",
      "    sort -u hosts | holdfast write hosts",
      "    openssl rand -hex 32 | holdfast write --mode 600 --no-replace --durable secret"
    })
final class WriteCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "What to replace, or create.")
  private Path file;

  @Option(names = "--mode", paramLabel = "MODE", description = "In octal. Default: as it was.")
  private @Nullable String mode;

  @Option(
      names = "--durable",
      description = "Return when the name is on the disk, too, not only the contents.")
  private boolean durable;

  @Option(names = "--no-replace", description = "Fail if FILE is there.")
  private boolean noReplace;

  private final InputStream in;

  WriteCommand() {
    this(System.in);
  }

  WriteCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    AtomicReplace replace =
        AtomicReplace.of(file)
            .durability(durable ? Durability.FILE_AND_DIRECTORY : Durability.FILE);
    if (mode != null) {
      replace = replace.mode(octal(mode));
    }
    (noReplace ? replace.noReplace() : replace).write(in);
    return ExitCode.OK;
  }

  private static int octal(String text) {
    if (!text.matches("[0-7]{3,4}")) {
      throw CommandFailure.usage("--mode " + text, "is no mode in octal, such as 640");
    }
    return Integer.parseInt(text, 8);
  }
}
