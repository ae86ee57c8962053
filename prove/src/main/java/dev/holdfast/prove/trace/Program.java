package dev.holdfast.prove.trace;

import java.util.List;
import java.util.Map;

/**
 * What to run, and as whom.
 *
 * @param argv the command, as its {@code main} shall see it
 * @param environment variable to value
 * @param directory where it starts, an absolute path in the world
 * @param uid real, effective and saved
 * @param groups supplementary groups
 * @param output absolute path in the world that standard output and error are appended to
 */
public record Program(
    List<String> argv,
    Map<String, String> environment,
    String directory,
    int uid,
    int gid,
    List<Integer> groups,
    String output) {
  public Program {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    groups = List.copyOf(groups);
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("no command");
    }
  }

  /** The same, and what it prints goes elsewhere. */
  public Program withOutput(String otherOutput) {
    return new Program(argv, environment, directory, uid, gid, groups, otherOutput);
  }

  /** The same, started elsewhere. */
  public Program in(String otherDirectory) {
    return new Program(argv, environment, otherDirectory, uid, gid, groups, output);
  }
}
