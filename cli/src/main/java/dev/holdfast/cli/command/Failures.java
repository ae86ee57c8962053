package dev.holdfast.cli.command;

import dev.holdfast.files.Directory;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.Resolution;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.NativeAccessError;
import dev.holdfast.path.FileName;
import dev.holdfast.prove.ProveException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever went wrong into one line and an exit status. A stack trace is for {@code --debug}
 * only.
 */
public final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  /** How picocli begins: the option is named already by our own beginning. */
  private static final Pattern INVALID_VALUE =
      Pattern.compile("^Invalid value for (option|positional parameter)[^:]*: ");

  /** How it says that a word is none of an enum's. */
  private static final Pattern NO_WORD =
      Pattern.compile("expected one of \\[(.*)] \\(case-\\w+\\) but was '(.*)'");

  private final boolean debug;

  public Failures(String... args) {
    this.debug = asksForDebug(args);
  }

  /** Read from the raw arguments: when parsing is what failed, there is no parsed option to ask. */
  private static boolean asksForDebug(String... args) {
    for (String arg : args) {
      if (arg.equals("--")) {
        return false;
      }
      if (arg.equals("--debug")) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    report(command.getErr(), name, describe(e) + "; see '" + name + " --help'", e);
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    report(command.getErr(), name, describe(e), e);
    return switch (e) {
      case CommandFailure failure -> failure.exitCode();
      case ProveException cannot when cannot.isWrongUse() -> ExitCode.USAGE;
      case InterruptedException _ -> ExitCode.INTERRUPTED;
      default -> ExitCode.UNDECIDED;
    };
  }

  /** What is left to do when not even a handler coped. It must not look like an answer. */
  public int handleError(PrintWriter err, Throwable cause) {
    report(err, "holdfast", describe(cause), cause);
    return ExitCode.UNDECIDED;
  }

  private void report(PrintWriter err, String name, String problem, Throwable cause) {
    // One line, whatever a file name or a message from below may hold.
    err.println(name + ": " + Text.printable(problem.replaceAll("\\s*\\R\\s*", " ")));
    if (debug) {
      cause.printStackTrace(err);
    }
    err.flush();
  }

  private static String describe(ParameterException e) {
    return switch (e) {
      case UnmatchedArgumentException unmatched when !unmatched.getUnmatched().isEmpty() -> {
        String what = unmatched.getUnmatched().getFirst();
        yield TypedText.shown(what)
            + ": "
            + (unmatched.isUnknownOption()
                ? "unknown option" + DidYouMean.hint(withoutValue(what), optionsOf(e))
                : unknownOperand(what, e.getCommandLine()));
      }
      case MissingParameterException missing when !missing.getMissing().isEmpty() -> {
        ArgSpec arg = missing.getMissing().getFirst();
        boolean there = arg.isOption() && String.valueOf(e.getMessage()).contains("parameter");
        yield nameOf(arg) + (there ? ": needs a value: " + arg.paramLabel() : ": missing");
      }
      default -> {
        ArgSpec arg = e.getArgSpec();
        String why = String.valueOf(e.getMessage());
        yield arg == null
            ? why
            : nameOf(arg) + ": " + inOurWords(INVALID_VALUE.matcher(why).replaceFirst(""));
      }
    };
  }

  /** What picocli says of a value that it cannot convert. */
  private static String inOurWords(String why) {
    Matcher noWord = NO_WORD.matcher(why);
    if (noWord.matches()) {
      List<String> words = List.of(noWord.group(1).split(", ", -1));
      String typed = noWord.group(2);
      return notOneOf(typed, words);
    }
    return why.endsWith("' is not an int") || why.endsWith("' is not a long")
        ? why.substring(0, why.lastIndexOf('\'')) + "' is not a whole number"
        : why;
  }

  /** {@code 'x' is not one of a, b}, and what may have been meant. */
  public static String notOneOf(String typed, List<String> words) {
    return "'"
        + typed
        + "' is not one of "
        + String.join(", ", words)
        + DidYouMean.hint(typed, words);
  }

  private static String withoutValue(String option) {
    int equals = option.indexOf('=');
    return equals < 0 ? option : option.substring(0, equals);
  }

  private static List<String> optionsOf(ParameterException e) {
    return e.getCommandLine().getCommandSpec().options().stream()
        .flatMap(option -> Stream.of(option.names()))
        .filter(name -> name.startsWith("--"))
        .toList();
  }

  private static String unknownOperand(String typed, CommandLine command) {
    Set<String> names = command.getSubcommands().keySet();
    return names.isEmpty()
        ? "unexpected argument"
        : "no such command" + DidYouMean.hint(typed, names);
  }

  private static String nameOf(ArgSpec arg) {
    return arg.isOption() ? ((CommandLine.Model.OptionSpec) arg).longestName() : arg.paramLabel();
  }

  private String describe(Throwable e) {
    return switch (e) {
      case CommandFailure failure -> String.valueOf(failure.getMessage());
      case ProveException cannot -> String.valueOf(cannot.getMessage());
      case InterruptedException _ -> "interrupted";
      case NativeAccessError elsewhere -> String.valueOf(elsewhere.getMessage());
      case FileSystemException file when !why(file).isEmpty() ->
          Text.printable(file.getFile()) + ": " + why(file) + frozen(file.getFile(), why(file));
      case UncheckedIOException io when io.getCause() != null -> describe(io.getCause());
      case IOException io when io.getMessage() != null -> io.getMessage();
      case OutOfMemoryError none when String.valueOf(none.getMessage()).contains("thread") ->
          "no more threads can be started: raise ulimit -u (of a service, TasksMax=)";
      case OutOfMemoryError _ -> "not enough memory";
      default ->
          "internal error: " + e + (debug ? "" : "; please report it with the output of --debug");
    };
  }

  /**
   * What even root is refused by, if that is it: a flag of chattr(1) on a file or its directory.
   *
   * @param why empty text is answered unless it tells of EPERM
   */
  public static String frozen(@Nullable String file, String why) {
    if (file == null || !why.contains("EPERM")) {
      return "";
    }
    Path path;
    try {
      path = FileName.pathOf(file).toAbsolutePath();
    } catch (InvalidPathException notText) {
      return "";
    }
    String own = flag(path);
    if (!own.isEmpty()) {
      return "; it is " + own;
    }
    Path parent = path.getParent();
    if (parent == null) {
      return "";
    }
    String above = flag(parent);
    return above.isEmpty() ? "" : "; " + FileName.shownOf(parent) + " is " + above;
  }

  private static String flag(Path path) {
    Path parent = path.getParent();
    Path name = path.getFileName();
    try (Directory in =
        Directory.openFollowingLinks(parent == null ? path : parent, Resolution.beneath())) {
      FileStat stat = name == null ? in.stat() : in.stat(FileName.textOf(name));
      return stat.isImmutable()
          ? "immutable (chattr -i ends that)"
          : stat.isAppendOnly() ? "append-only (chattr -a ends that)" : "";
    } catch (IOException unknown) {
      return "";
    }
  }

  /** Java's own file operations give only what strerror(3) says. */
  private static String withErrno(String reason) {
    for (Errno errno : Errno.values()) {
      if (errno.message.equals(reason)) {
        return reason + " (" + errno.name() + ")";
      }
    }
    return reason;
  }

  /** Why it failed, without the name; empty if that is not known. */
  public static String why(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or directory (ENOENT)";
      case FileAlreadyExistsException _ -> "exists already (EEXIST)";
      case AccessDeniedException denied when denied.getReason() == null ->
          "permission denied (EACCES)";
      case DirectoryNotEmptyException _ -> "not empty (ENOTEMPTY)";
      case NotDirectoryException _ -> "not a directory (ENOTDIR)";
      default -> e.getReason() == null ? "" : withErrno(e.getReason());
    };
  }
}
