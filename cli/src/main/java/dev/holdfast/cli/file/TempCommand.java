package dev.holdfast.cli.file;

import dev.holdfast.cli.child.ChildProgram;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.cli.command.Notes;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.Directory;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.temp.TempDirectory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** {@code holdfast temp}. */
public final class TempCommand extends Command {
  private static final int MAX_TRIES = 16;
  private static final int OF_OTHERS = 077;
  private static final String PREFIX = "holdfast-";

  /** What to make. */
  enum Kind {
    file,
    dir,
    anonymous
  }

  private final Value<List<String>> words = operands("WHAT", "").hidden().oneOf(TempCommand::kinds);

  private final Value<Path> in = option("--in", "DIR", Path.class, "Make it in DIR.");

  private final Value<String> suffix =
      option("--suffix", "S", String.class, "End its name with S.");

  public TempCommand() {
    super("temp");
    textOnly();
    description(
        "Makes a temporary file or directory that nobody can foretell or get at, in the directory"
            + " that TMPDIR or TMP names if it can be trusted, else in /tmp. Prints its name; it is"
            + " then yours to remove.",
        "",
        "With CMD, runs it with the name in $HOLDFAST_TEMP, removes the file or directory when it"
            + " ends, and ends with its status; signals are passed on to it. An anonymous file has"
            + " no name at all: what CMD gets is the descriptor's, good while this runs.");
    synopsis(
        "usage: holdfast temp [file | dir | anonymous] [--in DIR] [--suffix S]",
        "                     [-- CMD [ARG...]]");
    exitStatus(
        "0:made; with CMD, its own status",
        "2:wrong use",
        "3:could not be made, or no directory can be trusted",
        "126:CMD cannot be executed",
        "127:there is no such CMD");
    footer(
        "Examples:",
        "    f=$(holdfast temp --suffix .csv) && trap 'rm -f \"$f\"' EXIT",
        "    holdfast temp dir -- sh -c 'cd \"$HOLDFAST_TEMP\" && make -C /src O=$PWD'");
  }

  @Override
  public Integer call() throws IOException {
    // What comes after "--" is the command, even one that is called like something we make.
    List<String> typed = spec.commandLine().getParseResult().originalArgs();
    int dashes = typed.indexOf("--");
    int length = dashes < 0 ? 0 : typed.size() - dashes - 1;
    List<String> operands = words.or(List.of());
    List<String> command = operands.subList(operands.size() - length, operands.size());
    Kind kind = kind(operands.subList(0, operands.size() - length));
    if (suffix().indexOf('/') >= 0) {
      throw CommandFailure.usage("--suffix " + suffix(), "cannot contain a slash");
    }
    if (command.isEmpty() && kind == Kind.anonymous) {
      throw CommandFailure.usage("anonymous", "has no name to print; give a command to run");
    }
    if (kind == Kind.anonymous && suffix.given()) {
      throw CommandFailure.usage(
          "--suffix " + suffix(), "an anonymous file has no name, so it takes no --suffix");
    }
    Path place = in.orNull();
    if (place == null) {
      try (TempFiles temp = standard()) {
        Notes.print(
            temp.passedOver().stream().map(why -> "not in " + why).toList(), spec, globals());
        return make(temp, kind, command);
      }
    }
    try (Directory directory = Directory.openFollowingLinks(place, Resolution.beneath());
        TempFiles temp = TempFiles.in(directory)) {
      return make(temp, kind, command);
    }
  }

  private static TempFiles standard() throws IOException {
    try {
      return TempFiles.standard();
    } catch (UnsafePathException none) {
      throw CommandFailure.undecided(
          none.getFile(), none.getReason() + "; --in DIR makes it in a directory of your choice");
    }
  }

  private String suffix() {
    return suffix.or("");
  }

  private static List<String> kinds() {
    return Stream.of(Kind.values()).map(Kind::name).toList();
  }

  private static Kind kind(List<String> names) {
    if (names.isEmpty()) {
      return Kind.file;
    }
    if (names.size() > 1) {
      throw CommandFailure.usage(names.get(1), "unexpected; a command to run comes after --");
    }
    for (Kind each : Kind.values()) {
      if (each.name().equals(names.getFirst())) {
        return each;
      }
    }
    throw CommandFailure.usage(names.getFirst(), "is neither file, dir nor anonymous");
  }

  private int make(TempFiles temp, Kind kind, List<String> command) throws IOException {
    if (command.isEmpty()) {
      return print(temp.directory(), kind, keep(temp.directory(), kind));
    }
    switch (kind) {
      case dir -> {
        try (TempDirectory made = temp.directory(PREFIX, suffix())) {
          tellRights(FileName.textOf(made.path()), made.directory().stat());
          return run(command, FileName.textOf(made.path()));
        }
      }
      case file -> {
        try (TempFile made = temp.named(PREFIX, suffix())) {
          String name = FileName.textOf(Objects.requireNonNull(made.path()));
          tellRights(name, made.file().stat());
          return run(command, name);
        }
      }
      case anonymous -> {
        try (TempFile made = temp.anonymous()) {
          return run(command, made.file().procPath());
        }
      }
    }
    throw new IllegalStateException("every kind was seen to");
  }

  /** On file systems with modes of their own (FAT, FUSE) it is not what was promised. */
  private void tellRights(String path, FileStat made) {
    if ((made.mode() & OF_OTHERS) != 0) {
      Notes.print(
          List.of(
              path
                  + ": this file system shows it with mode %o, so others may get at it"
                      .formatted(made.mode())),
          spec,
          globals());
    }
  }

  /** Printed unescaped, because scripts use it as a path. What nobody was told of is removed. */
  private int print(Directory directory, Kind kind, String name) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    tellRights(directory.path() + "/" + name, directory.stat(name));
    out.println(directory.path() + "/" + name);
    if (!out.checkError()) {
      return ExitCode.OK;
    }
    if (kind == Kind.dir) {
      directory.rmdir(name);
    } else {
      directory.remove(name);
    }
    // Who writes our output tells why.
    return ExitCode.UNDECIDED;
  }

  /** One that outlives this process. */
  private String keep(Directory directory, Kind kind) throws IOException {
    for (int tries = 1; ; tries++) {
      String name = PREFIX + RandomNames.random() + suffix();
      try {
        if (kind == Kind.dir) {
          directory.mkdir(name, 0700);
        } else {
          directory.create(name, 0600).close();
        }
        return name;
      } catch (FileAlreadyExistsException taken) {
        if (tries == MAX_TRIES) {
          throw taken;
        }
      } catch (FileSystemException refused) {
        // Nobody knows the random name.
        String why = Failures.why(refused);
        throw CommandFailure.undecided(
            directory.path(), why + Failures.frozen(directory.path(), why));
      }
    }
  }

  private static int run(List<String> command, String name) throws IOException {
    return ChildProgram.run(command, Map.of("HOLDFAST_TEMP", name));
  }
}
