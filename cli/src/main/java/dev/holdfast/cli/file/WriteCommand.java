package dev.holdfast.cli.file;

import dev.holdfast.cli.child.CallerState;
import dev.holdfast.cli.child.ChildProgram;
import dev.holdfast.cli.child.OutputInto;
import dev.holdfast.cli.child.StandardInput;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.cli.command.Notes;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.TypedText;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import dev.holdfast.files.replace.InPlaceWrite;
import dev.holdfast.files.replace.Replacement;
import dev.holdfast.files.temp.StagedFile;
import dev.holdfast.files.tree.OwnerChange;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code holdfast write}. */
public final class WriteCommand extends Command {
  /** For a file that somebody makes and removes in turns. */
  private static final int MAX_TRIES = 64;

  private final Value<List<String>> words = operands("FILE", "").hidden();

  private final Value<String> mode =
      option(
          "--mode",
          "MODE",
          String.class,
          "In octal. Default: as it was, without set-id bits; for a new FILE what the umask"
              + " leaves of 666, or the default ACL of its directory grants.");

  private final Value<String> owner =
      option("--owner", "OWNER", String.class, "Whose it is to be, as for chown(1): OWNER:GROUP.");

  private final Value<String> group =
      option("--group", "GROUP", String.class, "Whose group it is to have.");

  private final Value<Boolean> keepWhatCanBe =
      flag(
          "--keep-what-can-be",
          "Go without what you may not keep of the old file, such as its owner, and say so. A group"
              + " that is lost loses its rights.");

  private final Value<Boolean> append =
      flag("--append", "Add to the end of FILE; writers who use this take turns.");

  private final Value<Boolean> inPlace =
      flag(
          "--in-place",
          "Write into FILE where it stands: for single files that are mounted, and where no new"
              + " file can be made. Who reads meanwhile may see half of it.");

  private final Value<Boolean> follow =
      flag("--follow", "If FILE is a symbolic link of yours or root's, write what it leads to.");

  private final Value<Boolean> durable =
      flag("--durable", "Return when the name is on the disk, too, not only the contents.");

  private final Value<Boolean> noReplace = flag("--no-replace", "Fail if FILE is there.");

  private final InputStream in;

  public WriteCommand() {
    this(new StandardInput());
  }

  public WriteCommand(InputStream in) {
    super("write");
    textOnly();
    description(
        "Replaces FILE by what comes from standard input, in one instant: whoever reads it sees the"
            + " old contents or the new, whole. Owner, mode, extended attributes and ACL of the old"
            + " file are on the new one before it has the name, and so are its flags of chattr(1)"
            + " and its project.",
        "",
        "With CMD, runs it and takes what it prints; FILE is replaced only if it succeeds, and the"
            + " status is its own if it does not.");
    synopsis(
        "usage: holdfast write [--mode MODE] [--owner OWNER[:GROUP]] [--group GROUP]",
        "                      [--keep-what-can-be] [--append | --in-place | --no-replace]",
        "                      [--follow] [--durable] FILE [-- CMD [ARG...]]");
    exitStatus(
        "0:replaced",
        "1:FILE is there already, and --no-replace was given",
        "2:wrong use",
        "3:could not; the old file is untouched",
        "126:CMD cannot be executed",
        "127:there is no such CMD",
        "other:CMD's, which failed; the old file is untouched");
    footer(
        "Examples:",
        "    sort -u hosts | holdfast write hosts",
        "    holdfast write hosts -- sort -u hosts",
        "    openssl rand -hex 32 | holdfast write --mode 600 --no-replace secret");
    this.in = in;
  }

  /** What is typed: the file, and a command or nothing. */
  private record Typed(Path file, List<String> command) {}

  private Typed typed() {
    // What comes after "--" is the command, unless the file itself had to be kept from looking
    // like an option by it.
    List<String> all = spec.commandLine().getParseResult().originalArgs();
    int dashes = all.indexOf("--");
    int length = dashes < 0 ? 0 : all.size() - dashes - 1;
    List<String> operands = words.or(List.of());
    List<String> before = operands.subList(0, operands.size() - length);
    List<String> after = operands.subList(operands.size() - length, operands.size());
    if (before.isEmpty() && after.size() == 1) {
      before = after;
      after = List.of();
    }
    if (before.isEmpty()) {
      throw CommandFailure.usage("FILE", "missing");
    }
    if (before.size() > 1) {
      throw CommandFailure.usage(before.get(1), "unexpected; a command to run comes after --");
    }
    if (dashes >= 0 && after.isEmpty() && length != 1) {
      throw CommandFailure.usage("--", "a command to run is missing");
    }
    if (before.getFirst().isEmpty()) {
      throw CommandFailure.usage("FILE", "'' is not a path; see 'holdfast write --help'");
    }
    return new Typed(TypedPath.of(before.getFirst()).file(), after);
  }

  @Override
  public Integer call() throws IOException {
    Typed typed = typed();
    int ways = 0;
    for (Value<Boolean> way : List.of(append, inPlace, noReplace)) {
      ways += way.get() ? 1 : 0;
    }
    if (ways > 1) {
      throw CommandFailure.usage("--append, --in-place and --no-replace", "exclude each other");
    }
    if (inPlace.get() && (mode.given() || owner.given() || group.given())) {
      throw CommandFailure.usage("--in-place", "keeps mode, owner and group as they are");
    }
    Path file = typed.file;
    try {
      file = follow.get() ? LinkTarget.of(file) : file;
      return inPlace.get() || append.get()
          ? staged(file, typed.command)
          : replace(settings(file), file, typed.command);
    } catch (FileAlreadyExistsException there) {
      if (!noReplace.get()) {
        throw there;
      }
      throw CommandFailure.status(
          ExitCode.NO,
          FileName.shownOf(file),
          "exists already (EEXIST), and --no-replace was given");
    } catch (FileSystemException failed) {
      throw withHint(file, failed);
    }
  }

  private AtomicReplace settings(Path file) throws IOException {
    AtomicReplace replace =
        AtomicReplace.of(file)
            .newFileUmask(CallerState.umask())
            .onLost(what -> tellLost(file, what))
            .durability(durable.get() ? Durability.FILE_AND_DIRECTORY : Durability.FILE);
    if (mode.orNull() != null) {
      replace = replace.mode(octal(mode.orNull()));
    }
    if (owner.given() || group.given()) {
      OwnerChange change = owners();
      replace = replace.owner(change.uid(), change.gid());
    }
    if (keepWhatCanBe.get()) {
      replace = replace.keepWhatCanBe();
    }
    return noReplace.get() ? replace.noReplace() : replace;
  }

  private OwnerChange owners() {
    if (group.given() && owner.or("").indexOf(':') >= 0) {
      throw CommandFailure.usage("--group " + group.get(), "a group is named by --owner, too");
    }
    return OwnerArgument.parse(owner.or("") + (group.given() ? ":" + group.get() : ""));
  }

  private int replace(AtomicReplace replace, Path file, List<String> command) throws IOException {
    try (Replacement replacement = replace.begin()) {
      int status = fill(replacement.file(), file, command);
      if (status != ExitCode.OK) {
        return status;
      }
      replacement.commit();
      return ExitCode.OK;
    }
  }

  private void tellLost(Path file, List<String> what) {
    Notes.print(
        List.of(FileName.shownOf(file) + ": has not kept its " + String.join(", ", what)),
        spec,
        globals());
  }

  /** The contents are made first, so that what fails meanwhile changes nothing. */
  private int staged(Path file, List<String> command) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    try (Directory directory =
            Directory.openFollowingLinks(
                parent == null ? Path.of("/") : parent, Resolution.beneath());
        StagedFile contents = StagedFile.near(directory)) {
      int status = fill(contents.file(), file, command);
      if (status != ExitCode.OK) {
        return status;
      }
      if (inPlace.get()) {
        InPlaceWrite.write(file, contents.file());
      } else {
        append(file, contents.file());
      }
      return ExitCode.OK;
    }
  }

  private void append(Path file, OpenFile contents) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        settings(file)
            .edit(
                (old, fresh) -> {
                  old.transferTo(0, Long.MAX_VALUE, fresh);
                  try (InputStream more = contents.inputStream()) {
                    more.transferTo(Channels.newOutputStream(fresh));
                  }
                });
        return;
      } catch (NoSuchFileException absent) {
        if (tries == MAX_TRIES) {
          throw absent;
        }
      }
      try (InputStream all = contents.inputStream()) {
        settings(file).noReplace().write(all);
        return;
      } catch (FileAlreadyExistsException somebodyWasFaster) {
        // Then it is there to be added to.
      }
    }
  }

  /** Puts in what is to be written. Answers a failed command's status. */
  private int fill(OpenFile into, Path file, List<String> command) throws IOException {
    if (command.isEmpty()) {
      try (OutputStream out = into.outputStream()) {
        in.transferTo(out);
      }
      return ExitCode.OK;
    }
    int status;
    try (OutputInto output = new OutputInto(into)) {
      status = ChildProgram.run(command, Map.of(), output);
    }
    if (status != 0) {
      Notes.print(
          List.of(
              FileName.shownOf(file)
                  + ": is as it was, since "
                  + command.getFirst()
                  + " ended with "
                  + status),
          spec,
          globals());
    }
    return status;
  }

  /** What could be done instead is named beside what could not. */
  private CommandFailure withHint(Path file, FileSystemException failed) {
    String why = Failures.why(failed);
    String hint = Failures.frozen(FileName.textOf(file), why);
    if (!hint.isEmpty()) {
      return CommandFailure.undecided(FileName.shownOf(file), why + hint);
    }
    if (why.contains("EBUSY") || (why.contains("EACCES") && Files.isWritable(file))) {
      hint = "; --in-place writes into it where it stands";
    } else if (why.contains("is a symbolic link") && !follow.get()) {
      hint = "; --follow writes what it leads to";
    } else if (why.contains("fchown")
        || why.contains("fsetxattr")
        || why.contains("fchmod")
        || why.contains("ioctl")) {
      boolean asked = mode.given() || owner.given() || group.given();
      hint =
          "; --keep-what-can-be goes without"
              + (asked || !Files.exists(file) ? "" : ", --in-place writes into the old file");
    }
    return CommandFailure.undecided(FileName.shownOf(file), why + hint);
  }

  private static int octal(String text) {
    if (!text.matches("[0-7]{3,4}")) {
      throw CommandFailure.usage(
          "--mode " + TypedText.shown(text), "is not an octal mode such as 640");
    }
    return Integer.parseInt(text, 8);
  }
}
