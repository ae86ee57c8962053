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
 * <p>Every line here must be harmless: it reads at most, and needs no privilege. A command that is
 * not exercised here still works, it only starts more slowly.
 */
final class StartupTraining {
  private static final List<String[]> COMMAND_LINES =
      List.of(
          new String[] {"--version"},
          new String[] {"--help"},
          new String[] {"--no-such-option"},
          new String[] {"no-such-command"});

  private StartupTraining() {}

  public static void main(String[] args) {
    PrintWriter nowhere =
        new PrintWriter(
            new OutputStreamWriter(OutputStream.nullOutputStream(), StandardCharsets.UTF_8));
    for (String[] commandLine : COMMAND_LINES) {
      Main.run(nowhere, nowhere, commandLine);
    }
    for (String name : Commands.names()) {
      Main.run(nowhere, nowhere, name, "--help");
      Main.run(nowhere, nowhere, name, "--no-such-option");
    }
    if (Prover.whyNot() == null) {
      // In a private world, which is gone afterwards.
      Main.run(nowhere, nowhere, "prove", "--", "true");
      Main.run(nowhere, nowhere, "prove", "--json", "--list-windows", "--", "true");
    }
    nowhere.flush();
    // As Main does: ending loads classes, too.
    System.exit(ExitCode.OK);
  }
}
