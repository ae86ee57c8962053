package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real programs that lock: they keep us out, and we keep them out. */
@Timeout(120)
class InteropTest {
  private static final String HOLD = "echo ready; exec cat";

  @TempDir Path directory;

  private static void needs(String program) throws IOException, InterruptedException {
    boolean there =
        new ProcessBuilder("sh", "-c", "command -v " + program)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
    assumeTrue(there, program + " is not installed");
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError(List.of(command) + " does not end");
    }
    return process.exitValue();
  }

  /**
   * @param hold takes the lock, prints a line, and holds it until its input ends
   * @param attempt takes the lock if it is free, and ends with 0 only then
   */
  private static void exclude(HostLock ours, List<String> hold, String... attempt)
      throws Exception {
    assertEquals(0, run(attempt), "it cannot take a free lock");
    Process theirs =
        new ProcessBuilder(hold).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      assertEquals("ready", theirs.inputReader().readLine());
      assertTrue(ours.tryAcquire().isEmpty(), "they hold it, and so do we");
      assertNotEquals(0, run(attempt), "they hold it twice: the test proves nothing");
    } finally {
      theirs.outputWriter().close();
      assertTrue(theirs.waitFor(300, TimeUnit.SECONDS));
    }
    try (Held held = ours.tryAcquire().orElseThrow()) {
      assertNotEquals(0, run(attempt), "we hold it, and so do they");
      held.ensureValid();
    }
    assertEquals(0, run(attempt), "it is not free again");
  }

  @Test
  void flock() throws Exception {
    needs("flock");
    String file = directory.resolve("flock").toString();
    exclude(
        Locks.flock(Path.of(file)),
        List.of("flock", file, "sh", "-c", HOLD),
        "flock",
        "-n",
        file,
        "true");
    // Shared beside shared.
    try (Held held = Locks.flock(Path.of(file)).shared().tryAcquire().orElseThrow()) {
      assertEquals(0, run("flock", "-n", "-s", file, "true"));
      assertNotEquals(0, run("flock", "-n", file, "true"));
      assertTrue(held.isOpen());
    }
  }

  @Test
  void setlockOfDaemontools() throws Exception {
    needs("setlock");
    String file = directory.resolve("setlock").toString();
    exclude(
        Locks.flock(Path.of(file)),
        List.of("setlock", file, "sh", "-c", HOLD),
        "setlock",
        "-n",
        file,
        "true");
  }

  @Test
  void chpstOfRunit() throws Exception {
    needs("chpst");
    String file = directory.resolve("chpst").toString();
    exclude(
        Locks.flock(Path.of(file)),
        List.of("chpst", "-l", file, "sh", "-c", HOLD),
        "chpst",
        "-L",
        file,
        "true");
  }

  @Test
  void withLockExOfChiark() throws Exception {
    needs("with-lock-ex");
    String file = directory.resolve("with-lock-ex").toString();
    for (HostLock ours : List.of(Locks.ofd(Path.of(file)), Locks.posix(Path.of(file)))) {
      exclude(
          ours,
          List.of("with-lock-ex", "-f", file, "sh", "-c", HOLD),
          "with-lock-ex",
          "-f",
          file,
          "true");
    }
  }

  @Test
  void dotlockfile() throws Exception {
    needs("dotlockfile");
    Path mailbox = directory.resolve("mailbox");
    String lock = mailbox + ".lock";
    HostLock ours = Locks.mail(mailbox);
    exclude(
        ours,
        List.of(
            "sh",
            "-c",
            "dotlockfile -l -p -r 0 "
                + lock
                + " && { echo ready; cat; dotlockfile -u "
                + lock
                + "; }"),
        "sh",
        "-c",
        "dotlockfile -l -p -r 0 " + lock + " && dotlockfile -u " + lock);
  }

  @Test
  void lockfileOfProcmail() throws Exception {
    needs("lockfile");
    Path mailbox = directory.resolve("mailbox");
    String lock = mailbox + ".lock";
    String take = "lockfile -r 0 " + lock;
    for (HostLock ours :
        List.of(Locks.mail(mailbox), Locks.file(Path.of(lock)), Locks.nfs(Path.of(lock)))) {
      exclude(
          ours,
          List.of("sh", "-c", take + " && { echo ready; cat; rm -f " + lock + "; }"),
          "sh",
          "-c",
          take + " && rm -f " + lock);
    }
  }

  @Test
  void lockfOfC() throws Exception {
    needs("cc");
    Path source = directory.resolve("lockf.c");
    Files.writeString(
        source,
        """
        #include <fcntl.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(int argc, char **argv) {
          char c;
          int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
          if (fd < 0 || lockf(fd, F_TLOCK, 0) != 0) return 1;
          if (argc > 2) return 0;
          puts("ready");
          fflush(stdout);
          while (read(0, &c, 1) > 0) {}
          return 0;
        }
        """);
    String program = directory.resolve("lockf").toString();
    assertEquals(0, run("cc", "-o", program, source.toString()));
    String file = directory.resolve("file").toString();
    for (HostLock ours : List.of(Locks.ofd(Path.of(file)), Locks.posix(Path.of(file)))) {
      exclude(ours, List.of(program, file), program, file, "try");
    }
  }

  @Test
  void fcntlOfPython() throws Exception {
    needs("python3");
    String file = directory.resolve("file").toString();
    String code =
        """
        import fcntl, sys
        f = open(sys.argv[1], 'a+')
        try:
          fcntl.%s(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
          sys.exit(1)
        if len(sys.argv) > 2:
          sys.exit(0)
        print('ready', flush=True)
        sys.stdin.read()
        """;
    String lockf = code.formatted("lockf");
    exclude(
        Locks.ofd(Path.of(file)),
        List.of("python3", "-c", lockf, file),
        "python3",
        "-c",
        lockf,
        file,
        "try");
    String flock = code.formatted("flock");
    exclude(
        Locks.flock(Path.of(file)),
        List.of("python3", "-c", flock, file),
        "python3",
        "-c",
        flock,
        file,
        "try");
  }

  /** Another JVM that locks as the JDK does. */
  static final class JdkPeer {
    private JdkPeer() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel channel =
              FileChannel.open(
                  Path.of(args[0]), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          Runtime.getRuntime().halt(1);
        }
        if (args.length == 1) {
          System.out.println("ready");
          System.in.transferTo(java.io.OutputStream.nullOutputStream());
        }
      }
    }
  }

  @Test
  void fileChannelOfTheJdk() throws Exception {
    String file = directory.resolve("file").toString();
    List<String> attempt = new ArrayList<>(Peer.java(JdkPeer.class, file, "try").command());
    exclude(
        Locks.ofd(Path.of(file)),
        Peer.java(JdkPeer.class, file).command(),
        attempt.toArray(String[]::new));
  }

  @Test
  void lslocksSeesOurs() throws Exception {
    needs("lslocks");
    Path file = directory.resolve("seen");
    try (Held held = Locks.flock(file).tryAcquire().orElseThrow()) {
      Process lslocks =
          new ProcessBuilder("lslocks", "-n", "-u", "-o", "PID,TYPE,MODE,PATH").start();
      String text =
          new String(
              lslocks.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertEquals(0, lslocks.waitFor());
      String pid = Long.toString(ProcessHandle.current().pid());
      assertTrue(
          text.lines()
              .anyMatch(
                  line -> line.contains(pid) && line.contains("FLOCK") && line.contains("seen")),
          text);
      assertTrue(held.isOpen());
    }
  }

  /** What the two families are to each other (L08): both hold the same file. */
  @Test
  void flockAndFcntlDoNotSeeEachOther() throws Exception {
    needs("flock");
    Path file = directory.resolve("both");
    try (Held held = Locks.ofd(file).tryAcquire().orElseThrow()) {
      assertEquals(0, run("flock", "-n", file.toString(), "true"));
      held.ensureValid();
    }
  }
}
