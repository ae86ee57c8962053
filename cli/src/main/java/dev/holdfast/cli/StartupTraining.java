package dev.holdfast.cli;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.libc.ShutdownHooks;
import dev.holdfast.prove.Prover;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the launcher runs once to record which classes a start needs.
 *
 * <p>Every line here must be harmless: it reads at most, except in the directory that the launcher
 * names, and needs no privilege. A command that is not exercised here still works, it only starts
 * more slowly.
 */
final class StartupTraining {
  /** For a cache of the command that waits. */
  private static final String LOCK = "-lock";

  private static final List<String[]> COMMAND_LINES =
      List.of(
          new String[] {"--version"},
          new String[] {"--help"},
          new String[] {"--no-such-option"},
          new String[] {"no-such-command"},
          new String[] {"trust", "/"},
          new String[] {"doctor"},
          new String[] {"unlinked"});

  private StartupTraining() {}

  /**
   * Takes the name of an empty directory to work in, and what is recorded: {@link #LOCK} or all.
   * Standard input must be empty.
   */
  public static void main(String[] args) throws IOException {
    PrintWriter nowhere =
        new PrintWriter(
            new OutputStreamWriter(OutputStream.nullOutputStream(), StandardCharsets.UTF_8));
    Path directory = Path.of(args[0]);
    if (args.length > 1 && args[1].equals(LOCK)) {
      String file = directory.resolve("file").toString();
      Main.runTyped(nowhere, nowhere, "lock", "--kind", "flock", file, "--", "true");
      Main.runTyped(nowhere, nowhere, "lock", "--timeout", "1s", "--shared", file, "--", "true");
      Main.runTyped(nowhere, nowhere, "lock", "--no-wait", file, "--", "true");
      ShutdownHooks.exit(ExitCode.OK);
    }
    inDirectory(directory, nowhere);
    for (String[] commandLine : COMMAND_LINES) {
      Main.runTyped(nowhere, nowhere, commandLine);
    }
    for (String name : Commands.names()) {
      Main.run(nowhere, nowhere, name, "--help");
      Main.run(nowhere, nowhere, name, "--no-such-option");
    }
    if (Prover.whyNot() == null) {
      // In a private world, which is gone afterwards. Last: what is loaded in there first is not
      // recorded, since its jar has no name there.
      Main.run(nowhere, nowhere, "prove", "--", "true");
      Main.run(nowhere, nowhere, "prove", "--json", "--list-windows", "--", "true");
    }
    nowhere.flush();
    // As Main does after a proof: ending loads classes, too.
    System.exit(ExitCode.OK);
  }

  private static void inDirectory(Path directory, PrintWriter nowhere) throws IOException {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    String copy = directory.resolve("copy").toString();
    String file = tree.resolve("file").toString();
    List<String[]> commandLines =
        List.of(
            new String[] {"lock", file, "--", "true"},
            new String[] {"lock", "--no-wait", "--kind", "flock", file, "--", "true"},
            new String[] {"lock", "--timeout", "1s", "--shared", file, "--", "true"},
            new String[] {"locks", file},
            new String[] {"write", file},
            new String[] {"save", file},
            new String[] {"temp", "--in", tree.toString()},
            new String[] {"temp", "dir", "--in", tree.toString(), "--", "true"},
            new String[] {"tree", "cp", tree.toString(), copy},
            new String[] {"tree", "chmod", "u+rw", copy},
            new String[] {"clean", "--dry-run", "--older-than", "1d", copy},
            new String[] {"tree", "rm", copy});
    for (String[] commandLine : commandLines) {
      Main.runTyped(nowhere, nowhere, commandLine);
    }
  }
}
