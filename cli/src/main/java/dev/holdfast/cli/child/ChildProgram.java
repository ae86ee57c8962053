package dev.holdfast.cli.child;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The program that a command was asked to run. */
public final class ChildProgram {
  private static final String SHELL = "/bin/sh";
  private static final Charset TYPED = Charset.forName(System.getProperty("sun.jnu.encoding"));

  private ChildProgram() {}

  /**
   * Runs it with our own standard streams and waits for its end; signals that reach us go on to it.
   *
   * @param variables in its environment, beside the user's
   * @return its exit status; 128 and the number of the signal that killed it
   */
  public static int run(List<String> program, Map<String, String> variables) throws IOException {
    return run(program, variables, new Run() {});
  }

  /** What is to be done around a run. */
  public interface Run {
    /** Right before the program is started: which of our descriptors it is to have. */
    default void starting() throws IOException {}

    /** It runs. */
    default void started(Child child) throws IOException {}
  }

  public static int run(List<String> program, Map<String, String> variables, Run around)
      throws IOException {
    Path executable = find(program.getFirst());
    try (SignalRelay relay = new SignalRelay()) {
      CallerState.keepDescriptors();
      around.starting();

      byte[] path = Paths.bytes(executable);
      byte[][] argv = arguments(program);
      byte[][] envp = UserEnvironment.bytes(variables);
      Result<Child> started = Child.start(path, argv, envp);
      if (started.is(Errno.ENOEXEC)) {
        started = Child.start(bytes(SHELL), asScript(path, argv), envp);
      }
      if (!started.ok()) {
        throw cannotExecute(program.getFirst(), started.errno());
      }
      relay.to(started.value());
      around.started(started.value());
      return started.value().waitFor();
    }
  }

  /** What names no interpreter is the shell's, as it is for execvp(3). */
  private static byte[][] asScript(byte[] path, byte[][] argv) {
    byte[][] script = new byte[argv.length + 1][];
    script[0] = bytes(SHELL);
    System.arraycopy(argv, 0, script, 1, argv.length);
    script[1] = path;
    return script;
  }

  /** Becomes the program. Returns only by throwing. */
  public static int replaceThisProcess(List<String> program, Map<String, String> variables) {
    Path executable = find(program.getFirst());
    byte[] path = Paths.bytes(executable);
    byte[][] argv = arguments(program);
    byte[][] envp = UserEnvironment.bytes(variables);
    CallerState.ignoreAgain();
    // The mask is that of the kernel thread that executes: on a virtual one it could be another's.
    Signals.pthread_sigmask(CallerState.blocked());
    SyscallResult failed = Processes.execve(path, argv, envp);
    if (failed.is(Errno.ENOEXEC)) {
      failed = Processes.execve(bytes(SHELL), asScript(path, argv), envp);
    }
    throw cannotExecute(program.getFirst(), failed.errno());
  }

  private static byte[][] arguments(List<String> program) {
    return program.stream().map(ChildProgram::bytes).toArray(byte[][]::new);
  }

  /** As it was typed: Java decoded the command line in this way, but for what it could not. */
  private static byte[] bytes(String argument) {
    return TYPED.newEncoder().canEncode(argument)
        ? argument.getBytes(TYPED)
        : FileName.encode(argument);
  }

  /** As the shell finds it, with the shell's exit statuses where it does not. */
  private static Path find(String name) {
    if (name.isEmpty()) {
      throw CommandFailure.status(ExitCode.NOT_FOUND, "CMD", "is empty");
    }
    if (name.indexOf('/') >= 0) {
      Path path = FileName.pathOf(name);
      Errno why = whyNotExecutable(path);
      if (why == Errno.ENOENT) {
        throw CommandFailure.status(ExitCode.NOT_FOUND, name, told(why));
      }
      if (why != null) {
        throw cannotExecute(name, why);
      }
      return path;
    }
    String search = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    Path forbidden = null;
    for (String directory : search.split(":", -1)) {
      Path path = Path.of(directory.isEmpty() ? "." : directory).resolve(FileName.pathOf(name));
      Errno why = whyNotExecutable(path);
      if (why == null) {
        return path;
      }
      forbidden = why == Errno.EACCES && forbidden == null ? path : forbidden;
    }
    if (forbidden != null) {
      throw cannotExecute(FileName.shownOf(forbidden), Errno.EACCES);
    }
    throw CommandFailure.status(ExitCode.NOT_FOUND, name, "no such program in PATH");
  }

  /** Null if it can be executed, as far as that can be seen. */
  private static @Nullable Errno whyNotExecutable(Path path) {
    Result<Statx> there =
        Statx.statx(Fcntl.AT_FDCWD, Paths.bytes(path), 0, Statx.STATX_BASIC_STATS);
    if (!there.ok()) {
      return there.errno();
    }
    return there.value().isDirectory() || !Files.isExecutable(path) ? Errno.EACCES : null;
  }

  private static String told(Errno errno) {
    return errno.message + " (" + errno + ")";
  }

  /** The file is there. */
  private static CommandFailure cannotExecute(String name, Errno why) {
    return why == Errno.ENOENT
        ? CommandFailure.status(
            ExitCode.NOT_FOUND, name, "cannot be executed: its interpreter is not there (ENOENT)")
        : CommandFailure.status(ExitCode.CANNOT_EXECUTE, name, "cannot be executed: " + told(why));
  }
}
