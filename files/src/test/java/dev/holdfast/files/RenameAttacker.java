package dev.holdfast.files;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that changes names as fast as it can, until its input ends; then it prints how often.
 *
 * <ul>
 *   <li>{@code exchange A B}: swaps two names
 *   <li>{@code move A B}: gives A the name B, and back
 *   <li>{@code remove A}: removes A/b/c/d, A/b/c, A/b and A
 *   <li>{@code sweep A}: removes all that is in A but what begins with "keep"
 * </ul>
 */
final class RenameAttacker {
  private RenameAttacker() {}

  @SuppressWarnings("SystemOut") // Its output is how it answers.
  public static void main(String[] args) throws IOException {
    byte[] a = FileName.encode(args[1]);
    byte[] b = args.length > 2 ? FileName.encode(args[2]) : a;
    System.out.println("ready");
    long changes = 0;
    while (System.in.available() == 0) {
      for (int i = 0; i < 64; i++) {
        changes +=
            switch (args[0]) {
              case "exchange" -> rename(a, b, Unistd.RENAME_EXCHANGE);
              case "move" -> rename(a, b, 0) + rename(b, a, 0);
              case "sweep" -> sweep(Path.of(args[1]));
              default ->
                  remove(
                      FileName.encode(args[1] + "/b/c/d"),
                      FileName.encode(args[1] + "/b/c"),
                      FileName.encode(args[1] + "/b"),
                      a);
            };
      }
    }
    System.out.println(changes);
  }

  private static int rename(byte[] from, byte[] to, int flags) {
    return Unistd.renameat2(Fcntl.AT_FDCWD, from, Fcntl.AT_FDCWD, to, flags).ok() ? 1 : 0;
  }

  /** A cleaner to which everything is too old. */
  private static int sweep(Path directory) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> list = Files.newDirectoryStream(directory, "[!k]*")) {
      for (Path entry : list) {
        byte[] name = FileName.encode(entry.toString());
        removed += Unistd.unlinkat(Fcntl.AT_FDCWD, name, 0).ok() ? 1 : 0;
        removed += Unistd.unlinkat(Fcntl.AT_FDCWD, name, Fcntl.AT_REMOVEDIR).ok() ? 1 : 0;
      }
    }
    return removed;
  }

  /** As {@code rm -rf} removes directories that others make: from below, again and again. */
  private static int remove(byte[]... directories) {
    int removed = 0;
    for (byte[] directory : directories) {
      removed += Unistd.unlinkat(Fcntl.AT_FDCWD, directory, Fcntl.AT_REMOVEDIR).ok() ? 1 : 0;
    }
    return removed;
  }

  /** The attacker at work, seen from the test. */
  static final class Running implements AutoCloseable {
    private final Process process;

    private Running(Process process) {
      this.process = process;
    }

    static Running start(String... args) throws IOException {
      Process process =
          Host.java(RenameAttacker.class, args)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      if (!"ready".equals(line)) {
        process.destroyForcibly();
        throw new IOException("the attacker did not start: " + List.of(args));
      }
      return new Running(process);
    }

    long stop() throws IOException, InterruptedException {
      process.getOutputStream().write('\n');
      process.getOutputStream().close();
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      if (line == null || !process.waitFor(300, TimeUnit.SECONDS)) {
        throw new IOException("the attacker did not answer");
      }
      return Long.parseLong(line);
    }

    @Override
    public void close() throws IOException {
      try {
        Host.end(process);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
