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
 * @param output absolute path in the world that standard output is appended to
 * @param errors likewise standard error
 */
public record Program(
    List<String> argv,
    Map<String, String> environment,
    String directory,
    int uid,
    int gid,
    List<Integer> groups,
    String output,
    String errors) {
  /** Output and errors go to one place. */
  public Program(
      List<String> argv,
      Map<String, String> environment,
      String directory,
      int uid,
      int gid,
      List<Integer> groups,
      String output) {
    this(argv, environment, directory, uid, gid, groups, output, output);
  }

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
    return withOutput(otherOutput, otherOutput);
  }

  /** The same, and what it prints goes elsewhere, errors by themselves. */
  public Program withOutput(String otherOutput, String otherErrors) {
    return new Program(argv, environment, directory, uid, gid, groups, otherOutput, otherErrors);
  }

  /** The same, started elsewhere. */
  public Program in(String otherDirectory) {
    return new Program(argv, environment, otherDirectory, uid, gid, groups, output, errors);
  }
}
