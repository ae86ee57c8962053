package dev.holdfast.prove.trial;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Statx;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.watch.Contents;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What a service comes to when it can be used. */
public sealed interface Readiness {
  /** True once it is there; asked on the thread of the service's world. */
  boolean reached(Tracer tracer);

  /** It says so on its standard output or error. */
  record Says(String text) implements Readiness {
    @Override
    public boolean reached(Tracer tracer) {
      return VictimOutput.contains(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** There is such a file. */
  record HasFile(String path) implements Readiness {
    @Override
    public boolean reached(Tracer tracer) {
      return Statx.statx(Fcntl.AT_FDCWD, Paths.bytes(path), 0, Statx.STATX_TYPE).ok();
    }
  }

  /** Somebody listens on this TCP port of the world. */
  record Listens(int port) implements Readiness {
    private static final int MOST_BYTES = 1 << 20;
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final String LISTEN = "0A";

    @Override
    public boolean reached(Tracer tracer) {
      return isIn(tracer, "tcp") || isIn(tracer, "tcp6");
    }

    private boolean isIn(Tracer tracer, String table) {
      byte[] path = Paths.bytes(tracer.programId() + "/net/" + table);
      byte[] text = Contents.read(tracer.hostProc(), path, MOST_BYTES);
      String suffix = String.format(Locale.ROOT, ":%04X", port);
      return new String(text, StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.strip().split(" +", -1))
          .anyMatch(f -> f.length > STATE && f[LOCAL].endsWith(suffix) && f[STATE].equals(LISTEN));
    }
  }

  /**
   * A port's number, a file's absolute path, or else a text; each can be said to be what it is:
   * {@code port:80}, {@code file:/run/up}, {@code text:80}.
   *
   * @throws IllegalArgumentException for what cannot be what it is said to be
   */
  static Readiness of(String what) {
    if (what.startsWith("port:")) {
      return new Listens(port(what.substring("port:".length())));
    }
    if (what.startsWith("file:")) {
      String path = what.substring("file:".length());
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException(path + " is not an absolute path");
      }
      return new HasFile(path);
    }
    if (what.startsWith("text:")) {
      return new Says(text(what.substring("text:".length())));
    }
    if (what.matches("[0-9]+")) {
      return new Listens(port(what));
    }
    return what.startsWith("/") ? new HasFile(what) : new Says(text(what));
  }

  private static int port(String what) {
    if (!what.matches("[0-9]{1,5}") || Integer.parseInt(what) > 65535 || what.matches("0+")) {
      throw new IllegalArgumentException(
          what + " is not a port (1 to 65535); a text is asked for with text:" + what);
    }
    return Integer.parseInt(what);
  }

  private static String text(String what) {
    if (what.isEmpty()) {
      throw new IllegalArgumentException("an empty text is always there");
    }
    return what;
  }
}
