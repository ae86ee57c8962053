package dev.holdfast.cli;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Processes;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The program that a command was asked to run. */
final class ChildProgram {
  private static final String SHELL = "/bin/sh";
  private static final Charset TYPED = Charset.forName(System.getProperty("sun.jnu.encoding"));

  private ChildProgram() {}

  /**
   * Runs it with our own standard streams and waits for its end; signals that reach us go on to it.
   *
   * @param variables in its environment, beside the user's
   * @return its exit status; 128 and the number of the signal that killed it
   */
  static int run(List<String> program, Map<String, String> variables) throws IOException {
    Path executable = find(program.getFirst());
    SignalRelay relay = new SignalRelay();
    keepDescriptors();

    byte[] path = bytes(executable.toString());
    byte[][] argv = arguments(program);
    argv[0] = path;
    byte[][] envp = UserEnvironment.bytes(variables);
    Result<Child> started = Child.start(path, argv, envp);
    if (started.is(Errno.ENOEXEC)) {
      started = Child.start(bytes(SHELL), asScript(argv), envp);
    }
    if (!started.ok()) {
      throw cannotExecute(program.getFirst(), told(started.errno()));
    }
    relay.to(started.value());
    return started.value().waitFor();
  }

  /** What names no interpreter is the shell's, as it is for execvp(3). */
  private static byte[][] asScript(byte[][] argv) {
    byte[][] script = new byte[argv.length + 1][];
    script[0] = bytes(SHELL);
    System.arraycopy(argv, 0, script, 1, argv.length);
    return script;
  }

  /** Becomes the program. Returns only by throwing. */
  static int replaceThisProcess(List<String> program) {
    Path executable = find(program.getFirst());
    SyscallResult failed =
        Processes.execve(
            bytes(executable.toString()), arguments(program), UserEnvironment.bytes(Map.of()));
    throw cannotExecute(program.getFirst(), told(failed.errno()));
  }

  /**
   * From now on no program that is executed has any descriptor of ours but the standard streams.
   */
  static void keepDescriptors() throws IOException {
    if (Unistd.close_range_cloexec(3).ok()) {
      return;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        int fd = Integer.parseInt(descriptor.getFileName().toString());
        if (fd > 2) {
          Fcntl.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        }
      }
    }
  }

  private static byte[][] arguments(List<String> program) {
    return program.stream().map(ChildProgram::bytes).toArray(byte[][]::new);
  }

  /** As it was typed: Java decoded the command line in this way. */
  private static byte[] bytes(String argument) {
    return argument.getBytes(TYPED);
  }

  /** As the shell finds it, with the shell's exit statuses where it does not. */
  private static Path find(String name) {
    if (name.isEmpty()) {
      throw CommandFailure.status(LockCommand.NOT_FOUND, "CMD", "empty");
    }
    if (name.indexOf('/') >= 0) {
      Path path = Path.of(name);
      if (!Files.exists(path)) {
        throw CommandFailure.status(LockCommand.NOT_FOUND, name, told(Errno.ENOENT));
      }
      if (Files.isDirectory(path) || !Files.isExecutable(path)) {
        throw cannotExecute(name, told(Errno.EACCES));
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

  private static String told(Errno errno) {
    return errno.message + " (" + errno + ")";
  }

  private static CommandFailure cannotExecute(String name, String why) {
    return CommandFailure.status(LockCommand.CANNOT_EXECUTE, name, "cannot be executed: " + why);
  }
}
