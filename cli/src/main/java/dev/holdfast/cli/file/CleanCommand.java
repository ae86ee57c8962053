package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Age;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.tree.Cleaner;
import dev.holdfast.files.tree.CleaningEvent;
import dev.holdfast.files.tree.CleaningEvent.Decision;
import dev.holdfast.files.tree.CleaningReport;
import dev.holdfast.files.tree.CleaningRules;
import dev.holdfast.files.tree.CleaningRules.Time;
import dev.holdfast.files.tree.TreeFailure;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** {@code holdfast clean}. */
public final class CleanCommand extends Command {
  /** How {@link dev.holdfast.path.FileName} writes bytes that are not UTF-8. */
  private static final Pattern NOT_TEXT = Pattern.compile("[\\uD800-\\uDFFF]");

  /** Where the characters begin that stand for them in patterns: nobody's, in no alphabet. */
  private static final int STAND_INS = 0x100000;

  private final Value<TypedPath> directory =
      path("DIR", "The directory to clean; it stays itself.");

  private final Value<Duration> age =
      option(
              "--older-than",
              "AGE",
              Duration.class,
              "How long ago a file was touched last: 90s, 30m, 12h, 10d, 4w, 1y, 1d12h.")
          .read(new Age())
          .required();

  private final Value<String> by =
      option(
              "--by",
              "TIMES",
              String.class,
              "Which times must all be old: a for access, b birth, c change, m modification."
                  + " Default: ${DEFAULT-VALUE}.")
          .ordinarily("abcm");

  private final Value<List<String>> exclude =
      options(
          "--exclude",
          "GLOB",
          String.class,
          "Leave what is called so, and all that is below it (repeatable).");

  private final Value<Boolean> includeOpen =
      flag("--include-open", "Remove files that are open, too.");

  private final Value<Boolean> sockets =
      flag("--sockets", "Remove sockets, too, that no process has bound.");

  private final Value<Boolean> dryRun =
      flag("--dry-run", "Tell what would be removed, and remove nothing.");

  private final Value<Boolean> verbose =
      flag("--verbose", "Tell what is removed, and what stays and why.");

  public CleanCommand() {
    super("clean");
    description(
        "Sweeps old files from DIR, and cannot be tricked: what is removed is what was judged. Each"
            + " entry is moved aside into a private quarantine, compared, and then removed or put"
            + " back.",
        "",
        "What is locked, or open in any process, stays; so do sockets, FIFOs and devices, and what"
            + " is mounted inside. Directories that stay keep their times.");
    exitStatus(
        "0:done",
        "1:some entries could not be processed; each was told",
        "2:wrong use",
        "3:could not begin",
        "130:interrupted");
    footer(
        "Examples:",
        "    holdfast clean /tmp --older-than 10d --dry-run",
        "    holdfast clean /var/spool/upload --older-than 12h --by am --exclude '*.keep'");
  }

  @Override
  public Integer call() throws IOException {
    CleaningRules rules =
        CleaningRules.olderThan(age.get())
            .by(times())
            .withSparesOpenFiles(!includeOpen.get())
            .withSparesSockets(!sockets.get())
            .withDryRun(dryRun.get());
    List<PathMatcher> globs = exclude.or(List.of()).stream().map(CleanCommand::matcher).toList();
    PrintWriter out = spec.commandLine().getOut();
    CleaningReport report =
        Cleaner.clean(
            directory.get().entry(),
            rules.excluding(path -> globs.stream().anyMatch(glob -> glob.matches(lastName(path)))),
            event -> tell(event, out));
    for (TreeFailure failure : report.failures()) {
      if (failure.path().equals(FileName.textOf(directory.get().entry())) && isErrno(failure)) {
        throw cannotBegin(failure);
      }
      spec.commandLine().getErr().println(spec.qualifiedName() + ": " + TreeCommand.line(failure));
    }
    if (globals().json()) {
      FilesJson.cleaning(report, out);
    } else if (!globals().quiet()) {
      summary(report);
    }
    out.flush();
    spec.commandLine().getErr().flush();
    if (report.stopped()) {
      return ExitCode.INTERRUPTED;
    }
    return report.complete() ? ExitCode.OK : ExitCode.NO;
  }

  private static boolean isErrno(TreeFailure failure) {
    return !failure.errnoName().isEmpty();
  }

  /** The directory itself cannot be opened or listed. */
  private static IOException cannotBegin(TreeFailure failure) {
    return failure.errnoName().equals("ENOTDIR")
        ? new NotDirectoryException(failure.path())
        : new FileSystemException(
            failure.path(),
            null,
            failure.call() + ": " + failure.reason() + " (" + failure.errnoName() + ")");
  }

  /** One that can match nothing is a slip, and would spare nothing. */
  private static PathMatcher matcher(String glob) {
    if (glob.isEmpty() || glob.indexOf('/') >= 0) {
      throw CommandFailure.usage(
          "--exclude " + (glob.isEmpty() ? "''" : glob),
          "is compared with names, which are not empty and have no slash");
    }
    try {
      // In a name there is no slash for two stars to pass; and they would not pass line ends.
      return FileSystems.getDefault()
          .getPathMatcher("glob:" + legible(glob).replaceAll("(?<!\\\\)\\*{2,}", "*"));
    } catch (PatternSyntaxException none) {
      throw CommandFailure.usage(
          "--exclude " + glob, "is not a valid pattern: " + none.getDescription());
    }
  }

  private static Path lastName(String path) {
    return Path.of(legible(path.substring(path.lastIndexOf('/') + 1)));
  }

  /** As Java's patterns can read it: each byte that is not UTF-8 is a character of its own. */
  private static String legible(String name) {
    return NOT_TEXT
        .matcher(name)
        .replaceAll(one -> Character.toString(STAND_INS + one.group().charAt(0)));
  }

  private Set<Time> times() {
    Set<Time> times = EnumSet.noneOf(Time.class);
    for (int i = 0; i < by.get().length(); i++) {
      times.add(
          switch (by.get().charAt(i)) {
            case 'a' -> Time.ACCESS;
            case 'b' -> Time.BIRTH;
            case 'c' -> Time.CHANGE;
            case 'm' -> Time.MODIFY;
            default ->
                throw CommandFailure.usage("--by " + by.get(), "takes the letters a, b, c and m");
          });
    }
    if (times.isEmpty()) {
      throw CommandFailure.usage("--by", "takes one of the letters a, b, c and m at least");
    }
    return times;
  }

  private void tell(CleaningEvent event, PrintWriter out) {
    boolean removed =
        event.decision() == Decision.REMOVED || event.decision() == Decision.WOULD_REMOVE;
    if (globals().json() || !(verbose.get() || (dryRun.get() && removed))) {
      return;
    }
    out.println(
        removed
            ? Text.printable(event.path())
            : Text.printable(event.path()) + " " + event.decision().description());
  }

  private void summary(CleaningReport report) {
    Decision done = dryRun.get() ? Decision.WOULD_REMOVE : Decision.REMOVED;
    long raced = report.count(Decision.RACED);
    spec.commandLine()
        .getErr()
        .println(
            "%s: %d %s, %d bytes%s"
                .formatted(
                    spec.qualifiedName(),
                    report.count(done),
                    done.description(),
                    report.bytes(),
                    raced == 0 ? "" : "; " + raced + " " + Decision.RACED.description()));
  }
}
