package dev.holdfast.cli;

import dev.holdfast.cli.child.SignalRelay;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.TypedText;
import dev.holdfast.libc.ShutdownHooks;
import dev.holdfast.libc.Unistd;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where {@code holdfast} starts. */
public final class Main {
  private Main() {}

  /** Runs one command line and ends the process with its {@link ExitCode}. */
  public static void main(String[] args) {
    Results results = new Results();
    PrintWriter out = new PrintWriter(new NameWriter(results), false);
    PrintWriter err =
        new PrintWriter(new NameWriter(new FileOutputStream(FileDescriptor.err)), false);
    int exitCode = runTyped(out, err, args);
    err.flush();
    // A result that did not arrive is not a result: a full disk or a closed pipe must not look like
    // success.
    if (out.checkError()) {
      if (!results.nobodyReads) {
        err.println("holdfast: standard output: could not be written");
        err.flush();
      }
      int lost = results.nobodyReads ? ExitCode.NOBODY_READS : ExitCode.UNDECIDED;
      exitCode = exitCode == ExitCode.OK ? lost : exitCode;
    }
    ShutdownHooks.exit(exitCode);
  }

  /** Runs one command line as it was typed. */
  static int runTyped(PrintWriter out, PrintWriter err, String... args) {
    if (Commands.callsTheKernel(args)) {
      // To link the first foreign function takes a third of a start: beside the parsing of the
      // command line, on another processor if there is one.
      Thread.ofPlatform().daemon().name("link").start(() -> link(args));
    }
    String[] typed;
    try {
      typed = TypedText.of(Commands.takesAnyNames(args), Commands.takesProgram(args), args);
    } catch (CommandFailure garbled) {
      err.println("holdfast: " + garbled.getMessage());
      return garbled.exitCode();
    }
    return run(out, err, typed);
  }

  /** What a command needs late, and is ready by then. */
  private static void link(String... args) {
    Unistd.getpid();
    if (Commands.runsPrograms(args)) {
      SignalRelay.prepare();
    }
  }

  /**
   * Runs one command line without ending the process.
   *
   * @param out takes results
   * @param err takes messages
   * @return an {@link ExitCode}
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(() -> Commands.commandLineFor(args), out, err, args);
  }

  /** For commands that stand on something else. */
  static int run(Supplier<CommandLine> commands, PrintWriter out, PrintWriter err, String... args) {
    Failures failures = new Failures(args);
    try {
      return Usage.asPrinted(commands.get())
          // An argument of a program to run may begin with @; it is no file of ours.
          .setExpandAtFiles(false)
          .registerConverter(Path.class, typed -> TypedPath.of(typed).path())
          .registerConverter(TypedPath.class, TypedPath::of)
          .setOut(out)
          .setErr(err)
          .setParameterExceptionHandler(failures)
          .setExecutionExceptionHandler(failures)
          .setExecutionStrategy(Main::execute)
          .execute(args);
    } catch (Throwable e) {
      return failures.handleError(err, e);
    }
  }

  private static int execute(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (last.isUsageHelpRequested()
        && !last.unmatched().isEmpty()
        && !last.unmatched().getFirst().startsWith("-")
        && !last.commandSpec().subcommands().isEmpty()) {
      // Help of something else than what was asked about would be no help.
      throw new UnmatchedArgumentException(last.commandSpec().commandLine(), last.unmatched());
    }
    if (last.commandSpec().userObject() instanceof Command command
        && command.isTextOnly()
        && !last.isUsageHelpRequested()
        && command.globals().json()) {
      throw new ParameterException(
          last.commandSpec().commandLine(), "--json: there is no JSON of this");
    }
    return new RunLast().execute(parsed);
  }

  /** Standard output. That a pager was left early is nothing to complain of. */
  private static final class Results extends OutputStream {
    private final FileOutputStream to = new FileOutputStream(FileDescriptor.out);
    private boolean nobodyReads;

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        to.write(bytes, from, length);
      } catch (IOException e) {
        nobodyReads |= String.valueOf(e.getMessage()).contains("Broken pipe");
        throw e;
      }
    }
  }
}
