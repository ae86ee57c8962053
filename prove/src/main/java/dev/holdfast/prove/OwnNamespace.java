package dev.holdfast.prove;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way to worlds for whoever is not root: a user namespace in which it is, user_namespaces(7).
 *
 * <p>The kernel lets no multithreaded process enter one, and a Java process has many threads: so it
 * is a new process that proves there, started by {@link #start}. Its attacker is the same user as
 * the victim, and scenes of two users cannot be played.
 *
 * <p><b>Threads.</b> Safe for all.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class OwnNamespace {
  private OwnNamespace() {}

  /** {@return the words that, before a command, have it run as root of a user namespace} */
  public static List<String> start() {
    return List.of("unshare", "--user", "--map-root-user", "--");
  }

  /** What forbids it here, and what to do; null if nothing does. Starts a program to find out. */
  public static @Nullable String whyNot() {
    List<String> probe = new ArrayList<>(start());
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
}
