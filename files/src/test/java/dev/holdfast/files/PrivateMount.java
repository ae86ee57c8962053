package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A mount that only a child process has: reached through {@code /proc/PID/root}, and gone with the
 * child, which ends when this process does.
 */
public final class PrivateMount implements AutoCloseable {
  private final Process child;
  private final Path mounted;

  private PrivateMount(Process child, Path mounted) {
    this.child = child;
    this.mounted = mounted;
  }

  /**
   * Mounts something on {@code temp/m}.
   *
   * @param script run in {@code temp}, with a directory {@code s} beside {@code m}
   */
  public static PrivateMount of(Path temp, String script) throws IOException {
    Host.assumeRoot("mounts");
    Process child =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                "mkdir -p s m && { " + script + "; } && echo ready && exec cat")
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .start();
    BufferedReader out = child.inputReader(UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); !"ready".equals(line); line = out.readLine()) {
      if (line == null) {
        assumeTrue(false, () -> "cannot be mounted here: " + said);
      }
      said.append(line).append('\n');
    }
    Path root = Path.of("/proc/" + child.pid() + "/root");
    return new PrivateMount(child, root.resolve(temp.resolve("m").toString().substring(1)));
  }

  /** The directory {@code s} seen through bindfs, which has neither rename flags nor O_TMPFILE. */
  public static PrivateMount bindfs(Path temp, String options) throws IOException {
    Host.assumeProgram("bindfs");
    return of(
        temp,
        "setpriv --pdeathsig KILL bindfs -f "
            + options
            + " s m & until mountpoint -q m || ! kill -0 $!; do sleep 0.02; done; mountpoint -q m");
  }

  public Path path() {
    return mounted;
  }

  @Override
  public void close() throws IOException {
    child.destroy();
    try {
      Host.end(child);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
