package dev.holdfast.cli.child;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.GlobalOptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Processes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final List<String> INTO_A_NEW_ONE =
      List.of("unshare", "--user", "--map-root-user", "--");

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
    String forbidden = forbidden();
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

  /** Whether somebody else may do it first: a failure after execve would look like an answer. */
  private static @Nullable String forbidden() {
    List<String> probe = new ArrayList<>(INTO_A_NEW_ONE);
    probe.add("true");
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      return process.waitFor() == 0 ? null : needed();
    } catch (IOException e) {
      return "unshare is missing (" + e.getMessage() + "): install util-linux, or run this as root";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /** Which of the kernel's settings to change. */
  private static String needed() {
    List<String> settings = new ArrayList<>();
    if (is("/proc/sys/kernel/unprivileged_userns_clone", "0")) {
      settings.add("sysctl kernel.unprivileged_userns_clone=1");
    }
    if (is("/proc/sys/user/max_user_namespaces", "0")) {
      settings.add("sysctl user.max_user_namespaces=10000");
    }
    if (is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
      settings.add("sysctl kernel.apparmor_restrict_unprivileged_userns=0");
    }
    return "user namespaces are forbidden: run this as root, or allow them ("
        + (settings.isEmpty()
            ? "here a seccomp filter, a security module or a limit forbids them"
            : String.join("; ", settings))
        + ")";
  }

  private static boolean is(String setting, String value) {
    try {
      return Files.readString(Path.of(setting)).strip().equals(value);
    } catch (IOException _) {
      return false; // This kernel does not have it.
    }
  }

  /** Returns only if it failed, with the reason. */
  private static String enter() {
    try {
      List<byte[]> argv = new ArrayList<>();
      INTO_A_NEW_ONE.forEach(word -> argv.add(word.getBytes(StandardCharsets.UTF_8)));
      argv.addAll(vector("/proc/self/cmdline"));
      // As the kernel has them: a round trip through String would lose what is not text.
      List<byte[]> environment = new ArrayList<>(vector("/proc/self/environ"));
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

  /** Strings, each ended by a NUL. */
  private static List<byte[]> vector(String file) throws IOException {
    byte[] all = Files.readAllBytes(Path.of(file));
    List<byte[]> strings = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == 0) {
        strings.add(Arrays.copyOfRange(all, start, i));
        start = i + 1;
      }
    }
    return strings;
  }
}
