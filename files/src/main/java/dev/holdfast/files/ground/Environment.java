package dev.holdfast.files.ground;

import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Auxv;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Pwd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the caller's environment says, as far as it is to be believed. */
public final class Environment {
  private Environment() {}

  /**
   * A variable that names an absolute path; null if it is not set, relative, or if this process has
   * more rights than who started it.
   */
  public static @Nullable String path(String variable) {
    String value = text(variable);
    return value == null || !value.startsWith("/") ? null : value;
  }

  /**
   * A variable, in the form of {@link FileName}; null if it is not set or empty, or this process
   * has more rights than its user.
   */
  public static @Nullable String text(String variable) {
    String value = Auxv.secure() ? null : System.getenv(variable);
    if (value == null || value.isEmpty()) {
      return null;
    }
    return value.indexOf('\uFFFD') < 0 ? value : exact(variable, value);
  }

  /** What Java could not decode, as it was when this process began. */
  private static String exact(String variable, String decoded) {
    String start = variable + "=";
    try {
      for (byte[] string : ProcFile.strings("/proc/self/environ")) {
        String text = FileName.decode(string);
        if (text.startsWith(start)) {
          return text.substring(start.length());
        }
      }
    } catch (IOException noProc) {
      return decoded;
    }
    return decoded;
  }

  /** The effective user's home directory, from the accounts and not from the environment. */
  public static @Nullable String home() {
    Result<Pwd.User> user = Pwd.getpwuid(Identity.geteuid());
    return user.ok() && user.value().home().startsWith("/") ? user.value().home() : null;
  }
}
