package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.TypedText;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.identity.AsUser;
import dev.holdfast.files.identity.UserIdentity;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.path.FileName;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jspecify.annotations.Nullable;

/** {@code holdfast open}. */
public final class OpenCommand extends Command {
  private static final int BUFFER = 64 * 1024;

  /** As a shell tells it of cat(1). */
  private final Value<String> user =
      option(
              "--as",
              "USER",
              String.class,
              "Whose rights count: a name, a number, or UID:GID,... for exactly these.")
          .required();

  private final Value<TypedPath> file = path("FILE", "What to read.");

  private final OutputStream out;

  public OpenCommand() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  public OpenCommand(OutputStream out) {
    super("open");
    textOnly();
    description(
        "Reads FILE exactly as USER could, and prints it: with that user's identity and groups, and"
            + " without root's privileges. Only a regular file is read, and links are followed only"
            + " on the way to it.");
    exitStatus(
        "0:it was read",
        "1:that user may not read it",
        "2:wrong use",
        "3:could not find out",
        "141:nobody reads the output any more");
    footer(
        "Examples:",
        "  instead of asking access(2) and then reading as root:",
        "    holdfast open --as alice /home/alice/.forward");
    this.out = out;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    UserIdentity identity;
    try {
      identity = UserIdentity.named(user.get());
    } catch (UserPrincipalNotFoundException unknown) {
      throw CommandFailure.usage("--as " + TypedText.shown(user.get()), "no such user");
    }
    try (AsUser as = become(identity);
        OpenFile open = open(as)) {
      if (open == null) {
        return ExitCode.NO;
      }
      try (InputStream in = open.inputStream()) {
        return copy(in);
      }
    }
  }

  private AsUser become(UserIdentity identity) throws IOException, InterruptedException {
    try {
      return AsUser.of(identity);
    } catch (AccessDeniedException denied) {
      throw CommandFailure.undecided(
          "--as " + user.get(), denied.getReason() + "; only root can read as somebody");
    }
  }

  /** Not {@code transferTo}: which of the two failed is to be told. */
  private int copy(InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
      try {
        out.write(buffer, 0, length);
      } catch (IOException unwritable) {
        if (String.valueOf(unwritable.getMessage()).contains("Broken pipe")) {
          // Whoever reads has enough.
          return ExitCode.NOBODY_READS;
        }
        throw CommandFailure.undecided(
            "standard output", "could not be written: " + unwritable.getMessage());
      }
    }
    return ExitCode.OK;
  }

  private @Nullable OpenFile open(AsUser as) throws IOException, InterruptedException {
    Path typed = file.get().file();
    try {
      return as.open(typed, Opening.read());
    } catch (UnsafePathException unsafe) {
      if (Files.isSymbolicLink(typed)) {
        throw CommandFailure.undecided(
            FileName.shownOf(typed), "is a symbolic link [S05]; name what it leads to");
      }
      throw unsafe;
    } catch (AccessDeniedException denied) {
      spec.commandLine()
          .getErr()
          .println(
              spec.qualifiedName()
                  + ": "
                  + Text.printable(file.get().toString())
                  + ": user "
                  + user.get()
                  + " may not read it (EACCES)");
      return null;
    }
  }
}
