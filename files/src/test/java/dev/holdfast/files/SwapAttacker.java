package dev.holdfast.files;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A process that puts a symbolic link in the place of one entry after another, and the entry back,
 * as fast as it can: {@code ARENA TARGET NAME…}. With the target {@value #NONE} it swaps each entry
 * with the one named {@code other-} besides. Started as root it becomes nobody for good.
 *
 * <p>It ends when its input ends, and prints how many swaps it made.
 */
public final class SwapAttacker {
  public static final String NONE = "-";

  private static final int NOBODY = 65534;

  private SwapAttacker() {}

  @SuppressWarnings("SystemOut") // Its output is how it answers.
  public static void main(String[] args) throws IOException {
    if (Identity.geteuid() == 0) {
      ProcessIdentity.setgroups().value();
      ProcessIdentity.setresgid(NOBODY, NOBODY, NOBODY).value();
      ProcessIdentity.setresuid(NOBODY, NOBODY, NOBODY).value();
    }
    byte[] target = Paths.bytes(args[1]);
    int arena =
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(args[0]), Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0)
            .intValue();
    byte[] link = Paths.bytes("link");
    System.out.println("ready");
    long swaps = 0;
    if (args[1].equals(NONE)) {
      System.out.println(swapAmongEachOther(arena, args));
      return;
    }
    while (System.in.available() == 0) {
      for (int again = 0; again < 64; again++) {
        for (int i = 2; i < args.length; i++) {
          byte[] entry = Paths.bytes(args[i]);
          Unistd.symlinkat(target, arena, link);
          if (Unistd.renameat2(arena, entry, arena, link, Unistd.RENAME_EXCHANGE).ok()) {
            swaps++;
            if (Unistd.renameat2(arena, entry, arena, link, Unistd.RENAME_EXCHANGE).failed()
                && Unistd.unlinkat(arena, link, 0).failed()) {
              // The entry's own name is gone: what was taken stays, and a new link is needed.
              Unistd.renameat2(arena, link, arena, Paths.bytes("taken" + swaps), 0);
            }
          }
        }
      }
    }
    System.out.println(swaps);
  }

  private static long swapAmongEachOther(int arena, String[] args) throws IOException {
    long swaps = 0;
    while (System.in.available() == 0) {
      for (int again = 0; again < 64; again++) {
        for (int i = 2; i < args.length; i++) {
          byte[] entry = Paths.bytes(args[i]);
          int slash = args[i].lastIndexOf('/') + 1;
          String other = args[i].substring(0, slash) + "other-" + args[i].substring(slash);
          if (Unistd.renameat2(arena, entry, arena, Paths.bytes(other), Unistd.RENAME_EXCHANGE)
              .ok()) {
            swaps++;
          }
        }
      }
    }
    return swaps;
  }

  /** The attacker at work, seen from the test. */
  public static final class Running implements AutoCloseable {
    private final Process process;

    private Running(Process process) {
      this.process = process;
    }

    public static Running start(Path arena, Path target, String... names) throws IOException {
      return start(arena, target.toString(), names);
    }

    public static Running start(Path arena, String target, String... names) throws IOException {
      String[] args = new String[names.length + 2];
      args[0] = arena.toString();
      args[1] = target;
      System.arraycopy(names, 0, args, 2, names.length);
      Process process =
          Host.java(SwapAttacker.class, args)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      if (!"ready".equals(line)) {
        process.destroyForcibly();
        throw new IOException("the attacker did not start: " + line);
      }
      return new Running(process);
    }

    /** Ends the attack and answers how many swaps it made. */
    public long stop() throws IOException, InterruptedException {
      process.getOutputStream().write('\n');
      process.getOutputStream().close();
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      if (line == null || !process.waitFor(300, TimeUnit.SECONDS)) {
        throw new IOException("the attacker did not answer");
      }
      return Long.parseLong(line);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
