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
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** Where {@code holdfast} starts. */
public final class Main {
  private Main() {}

  /** Runs one command line and ends the process with its {@link ExitCode}. */
  public static void main(String[] args) {
    PrintWriter out = utf8(FileDescriptor.out);
    PrintWriter err = utf8(FileDescriptor.err);
    int exitCode = runTyped(out, err, args);
    err.flush();
    // A result that did not arrive is not a result: a full disk or a closed pipe must not look like
    // success.
    if (out.checkError()) {
      err.println("holdfast: standard output: could not be written");
      err.flush();
      exitCode = exitCode == ExitCode.OK ? ExitCode.UNDECIDED : exitCode;
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
    try {
      TypedText.check(args);
    } catch (CommandFailure garbled) {
      err.println("holdfast: " + garbled.getMessage());
      return garbled.exitCode();
    }
    return run(out, err, args);
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
    if (last.commandSpec().userObject() instanceof Command command
        && command.isTextOnly()
        && !last.isUsageHelpRequested()
        && command.globals().json()) {
      throw new ParameterException(
          last.commandSpec().commandLine(), "--json: there is no JSON of this");
    }
    return new RunLast().execute(parsed);
  }

  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), false);
  }
}
