package dev.holdfast.cli;

import dev.holdfast.prove.Prover;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the launcher runs once to record which classes a start needs.
 *
 * <p>Every line here must be harmless: it reads at most, except for the lock file that the launcher
 * names, and needs no privilege. A command that is not exercised here still works, it only starts
 * more slowly.
 */
final class StartupTraining {
  private static final List<String[]> COMMAND_LINES =
      List.of(
          new String[] {"--version"},
          new String[] {"--help"},
          new String[] {"--no-such-option"},
          new String[] {"no-such-command"},
          new String[] {"trust", "/"},
          new String[] {"doctor"});

  private StartupTraining() {}

  /** Takes the name of a file that may be created and locked. */
  public static void main(String[] args) {
    PrintWriter nowhere =
        new PrintWriter(
            new OutputStreamWriter(OutputStream.nullOutputStream(), StandardCharsets.UTF_8));
    String file = args[0];
    Main.run(nowhere, nowhere, "lock", file, "--", "true");
    Main.run(nowhere, nowhere, "lock", "--no-wait", "--kind", "flock", file, "--", "true");
    Main.run(nowhere, nowhere, "lock", "--timeout", "1s", "--shared", file, "--", "true");
    Main.run(nowhere, nowhere, "locks", file);
    for (String[] commandLine : COMMAND_LINES) {
      Main.run(nowhere, nowhere, commandLine);
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
}
