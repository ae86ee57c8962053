package dev.holdfast.cli;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Processes;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The program that a command was asked to run. */
final class ChildProgram {
  private ChildProgram() {}

  /**
   * Runs it with our own standard streams and waits for its end; signals that reach us go on to it.
   *
   * @return its exit status; 128 and the number of the signal that killed it
   */
  static int run(List<String> program) throws IOException, InterruptedException {
    Path executable = find(program.getFirst());
    SignalRelay relay = new SignalRelay();
    Process child;
    try {
      child = new ProcessBuilder(withFirst(program, executable)).inheritIO().start();
    } catch (IOException e) {
      throw cannotExecute(program.getFirst(), String.valueOf(e.getMessage()));
    }
    relay.to(child);
    return child.waitFor();
  }

  private static List<String> withFirst(List<String> program, Path executable) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(executable.toString()), program.stream().skip(1))
        .toList();
  }

  /** Becomes the program. Returns only by throwing. */
  static int replaceThisProcess(List<String> program) {
    Path executable = find(program.getFirst());
    byte[][] arguments = program.stream().map(Paths::bytes).toArray(byte[][]::new);
    byte[][] environment =
        System.getenv().entrySet().stream().map(ChildProgram::bytes).toArray(byte[][]::new);
    SyscallResult failed =
        Processes.execve(Paths.bytes(executable.toString()), arguments, environment);
    throw cannotExecute(program.getFirst(), failed.errno().message);
  }

  private static byte[] bytes(Map.Entry<String, String> variable) {
    return Paths.bytes(variable.getKey() + "=" + variable.getValue());
  }

  /** As the shell finds it, with the shell's exit statuses where it does not. */
  private static Path find(String name) {
    if (name.isEmpty()) {
      throw CommandFailure.status(LockCommand.NOT_FOUND, "CMD", "empty");
    }
    if (name.indexOf('/') >= 0) {
      Path path = Path.of(name);
      if (!Files.exists(path)) {
        throw CommandFailure.status(
            LockCommand.NOT_FOUND, name, Errno.ENOENT.message + " (ENOENT)");
      }
      if (Files.isDirectory(path) || !Files.isExecutable(path)) {
        throw cannotExecute(name, Errno.EACCES.message + " (EACCES)");
      }
      return path;
    }
    String search = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (String directory : search.split(":", -1)) {
      Path path = Path.of(directory.isEmpty() ? "." : directory).resolve(name);
      if (Files.isExecutable(path) && !Files.isDirectory(path)) {
        return path;
      }
    }
    throw CommandFailure.status(LockCommand.NOT_FOUND, name, "no such program in PATH");
  }

  private static CommandFailure cannotExecute(String name, String why) {
    return CommandFailure.status(LockCommand.CANNOT_EXECUTE, name, "cannot be executed: " + why);
  }
}
