package dev.holdfast.files.ground;

import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Auxv;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Pwd;
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

  /** A variable; null if it is not set or empty, or this process has more rights than its user. */
  public static @Nullable String text(String variable) {
    String value = Auxv.secure() ? null : System.getenv(variable);
    return value == null || value.isEmpty() ? null : value;
  }

  /** The effective user's home directory, from the accounts and not from the environment. */
  public static @Nullable String home() {
    Result<Pwd.User> user = Pwd.getpwuid(Identity.geteuid());
    return user.ok() && user.value().home().startsWith("/") ? user.value().home() : null;
  }
}
