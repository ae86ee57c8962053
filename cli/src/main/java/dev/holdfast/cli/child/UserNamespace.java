package dev.holdfast.cli.child;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.GlobalOptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.prove.OwnNamespace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Worlds need a privilege that a user without root has only in a user namespace,
 * user_namespaces(7). The kernel lets no multithreaded process enter one, and a Java process has
 * many threads, so the whole command starts again inside: unshare(1) replaces this process, and
 * then Java replaces that.
 */
public final class UserNamespace {
  /** Set for the successor, so that it does not try again. */
  public static final String MARK = "HOLDFAST_USER_NAMESPACE";

  private UserNamespace() {}

  /**
   * Returns if this process can make worlds. If another one of ours could, in a namespace of its
   * own, this becomes it, and never returns.
   *
   * @param whyNot what keeps this process from making worlds; null if nothing does
   * @param command for messages
   * @throws CommandFailure if there is no way
   */
  public static void ensure(
      @Nullable String whyNot, String command, GlobalOptions globals, PrintWriter err) {
    if (whyNot == null) {
      return;
    }
    if (Identity.geteuid() == 0 || System.getenv(MARK) != null) {
      throw CommandFailure.undecided("no world can be made here", whyNot);
    }
    // Somebody else may try it first: a failure after execve would look like an answer.
    String forbidden = OwnNamespace.whyNot();
    if (forbidden != null) {
      throw CommandFailure.undecided("no world can be made here", forbidden);
    }
    if (!globals.quiet()) {
      err.println(
          command
              + ": not root: working in a user namespace, where the intruder is the same user as"
              + " the program");
    }
    err.flush();
    throw CommandFailure.undecided("unshare", enter());
  }

  /** Returns only if it failed, with the reason. */
  private static String enter() {
    try {
      List<byte[]> argv = new ArrayList<>();
      OwnNamespace.start().forEach(word -> argv.add(word.getBytes(StandardCharsets.UTF_8)));
      argv.addAll(ProcFile.strings("/proc/self/cmdline"));
      // As the kernel has them: a round trip through String would lose what is not text.
      List<byte[]> environment = new ArrayList<>(ProcFile.strings("/proc/self/environ"));
      environment.add((MARK + "=1").getBytes(StandardCharsets.UTF_8));
      byte[][] arguments = argv.toArray(byte[][]::new);
      byte[][] variables = environment.toArray(byte[][]::new);
      String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
      String last = "not found on PATH";
      for (String directory : path.split(":", -1)) {
        Path program = Path.of(directory, "unshare");
        if (program.isAbsolute() && Files.isExecutable(program)) {
          SyscallResult result =
              Processes.execve(
                  program.toString().getBytes(StandardCharsets.UTF_8), arguments, variables);
          last = result.errno().toString();
        }
      }
      return last;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
