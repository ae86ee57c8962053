package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.TypedText;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.trust.Trust;
import dev.holdfast.files.trust.TrustComponent;
import dev.holdfast.files.trust.TrustReason;
import dev.holdfast.files.trust.TrustVerdict;
import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** {@code holdfast trust}. */
public final class TrustCommand extends Command {
  /** {@link Trust.Level} as people type it. */
  enum Level {
    standard(Trust.Level.STANDARD),
    sticky(Trust.Level.STICKY),
    strict(Trust.Level.STRICT);

    final Trust.Level level;

    Level(Trust.Level level) {
      this.level = level;
    }
  }

  private final Value<TypedPath> path = path("PATH", "What to judge; need not exist.");

  private final Value<String> user =
      option(
          "--for", "USER", String.class, "Whom to trust besides root. Default: whoever runs this.");

  private final Value<Level> level =
      option(
              "--level",
              "LEVEL",
              Level.class,
              "How much to ask. standard: nobody else may write to any directory on the way."
                  + " sticky: directories that all may write to will do, if they are sticky as /tmp"
                  + " is. strict: as standard, on file systems where owners prove something (no"
                  + " network or user mount), and PATH has no second name. Default:"
                  + " ${DEFAULT-VALUE}.")
          .ordinarily("standard");

  public TrustCommand() {
    super("trust");
    description(
        "Tells who could change what on the way from / down to PATH: owners, modes, group members,"
            + " access control lists, links and mounts, each component with its reasons.",
        "",
        "Trusted are root, the user in question, and nobody else.");
    exitStatus(
        "0:nobody else could change anything",
        "1:somebody could",
        "2:wrong use",
        "3:could not decide");
    footer(
        "Examples:",
        "    holdfast trust /etc/ssh/sshd_config",
        "  as a guard in a script:",
        "    holdfast trust --quiet --for backup \"$dir\" || exit 1",
        "  a directory in /tmp is not bad as such:",
        "    holdfast trust --level sticky /tmp/spool");
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (TrustVerdict verdict = trust().at(level.get().level).judge(judged())) {
      if (globals().json()) {
        FilesJson.trust(verdict, out);
      } else if (!globals().quiet()) {
        print(verdict, out);
      }
      out.flush();
      return verdict.trusted() ? ExitCode.OK : ExitCode.NO;
    }
  }

  /** With a slash a directory is meant, or what a link to one leads to. */
  private Path judged() {
    Path typed = path.get().path();
    if (path.get().slash()
        && Files.exists(typed, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(typed)) {
      throw CommandFailure.undecided(path.get().toString(), "not a directory (ENOTDIR)");
    }
    return typed;
  }

  private Trust trust() throws IOException {
    String name = user.orNull();
    if (name == null) {
      return Trust.forCaller();
    }
    try {
      return Trust.forUser(name);
    } catch (UserPrincipalNotFoundException unknown) {
      throw CommandFailure.usage("--for " + TypedText.shown(name), "no such user");
    }
  }

  private static void print(TrustVerdict verdict, PrintWriter out) {
    for (TrustComponent component : verdict.components()) {
      String link = component.linkTarget().isEmpty() ? "" : " -> " + component.linkTarget();
      out.printf(
          "%-7s %04o %s:%s %s%s%n",
          component.trusted() ? "ok" : "NOT OK",
          component.stat().mode(),
          component.stat().owner().getName(),
          component.stat().group().getName(),
          Text.printable(component.path()),
          Text.printable(link));
      for (TrustReason reason : component.reasons()) {
        out.println("          " + Text.printable(reason.toString()));
      }
    }
    if (!verdict.exists()) {
      out.println("absent  " + Text.printable(verdict.path()));
    }
    for (TrustReason reason : verdict.absentReasons()) {
      out.println("          " + Text.printable(reason.toString()));
    }
  }
}
