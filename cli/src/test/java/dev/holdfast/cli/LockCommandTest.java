package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.child.CallerState;
import dev.holdfast.files.identity.AsUser;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.report.LockFileReport;
import dev.holdfast.path.FileName;
import dev.holdfast.testing.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code holdfast lock} takes, and tells. */
class LockCommandTest extends LockCommandFixture {
  @Test
  void busyIsSeventyFiveOrWhatTheUserWants() throws IOException {
    try (Held held = Locks.ofd(directory.resolve("busy")).tryAcquire().orElseThrow()) {
      String lock = path("busy");
      assertEquals(75, run("lock", "-n", lock, "--", "true"));
      assertEquals(9, run("lock", "-n", "-E", "9", lock, "--", "true"));
      held.detach();
      assertEquals(75, run("lock", "--timeout", "50ms", lock, "--", "true"));
      assertEquals("", err.toString(), "quiet");
    }
  }

  @Test
  void severalNamesAreHeldTogetherAndOnce() {
    String both = "test -e " + path("a") + " && test -e " + path("b");
    assertEquals(
        0,
        run("lock", "--kind", "file", path("b"), path("a"), path("./b"), "--", "sh", "-c", both));
    assertFalse(Files.exists(directory.resolve("a")));
    assertFalse(Files.exists(directory.resolve("b")));
  }

  @ParameterizedTest
  @CsvSource({
    "2, lock",
    "2, lock x",
    "2, lock -- true",
    "2, lock --kind nonsense x -- true",
    "2, lock --kind zookeeper x -- true",
    "2, lock --kind port nonsense -- true",
    "2, lock --kind file --shared x -- true",
    "2, lock --kind mail --fair x -- true",
    "2, lock -n --timeout 1s x -- true",
    "2, lock -E 300 x -- true",
    "2, lock --exec x y -- true",
    "2, lock -s -x x -- true",
    "2, lock -u x -- true",
    "2, lock --fd 77",
    "2, lock --fd 1 x -- true",
    "2, lock --kind pid --fd 1",
    "2, lock --at-most 0 x -- true",
    "2, lock --slots 0 x -- true",
    "2, lock --group 4294967295 x -- true",
    "2, 'lock --kind flock,pid x -- true'",
    "2, 'lock --kind ofd,file x -- true'",
    "2, 'lock --kind nfs,file x -- true'",
    "2, lock --slots 2 x y -- true",
    "2, lock --slots 2 --kind flock x -- true",
    "2, lock --group no-such-group x -- true",
    "2, lock --kind mail --group 1 x -- true",
    "2, lock --kind pid d.pid -- true",
    "2, lock --kind port 0 -- true",
    "2, lock -c true",
    "127, lock x -- /no/such/program",
    "127, lock x -- holdfast-no-such-program",
    "126, lock x -- /etc/passwd",
    "3, lock /no/such/directory/x -- true",
  })
  void wrongUseIsOneLine(int status, String line) {
    String[] words = line.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("x") || words[i].equals("y") ? path(words[i]) : words[i];
    }
    assertEquals(status, run(words), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().startsWith("holdfast lock: "), err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "027", "077"})
  void usersShareALockUnderAnyUmask(String umask) throws Exception {
    Requirements.root("two users");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path shared = directory.resolve("shared");
    ProcessBuilder first = start("lock", "--fair", "--mode", "0666", path("shared"), "--", "true");
    first.command().addAll(0, List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
    assertEquals(0, first.start().waitFor());
    ProcessBuilder alone = start("lock", path("alone"), "--", "true");
    alone.command().addAll(0, List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
    assertEquals(0, alone.start().waitFor());
    try (AsUser nobody = AsUser.named("nobody")) {
      assertTrue(
          nobody.call(() -> Locks.of(shared).fair().tryAcquire().map(this::letGo)).isPresent());
      // Else it is its maker's, and how to share it is said.
      AccessDeniedException denied =
          assertThrows(
              AccessDeniedException.class,
              () -> nobody.call(() -> Locks.of(directory.resolve("alone")).tryAcquire()));
      assertTrue(denied.getReason().contains("--mode"), denied::getReason);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.05", ".05", "50ms", "0s", "0m0.05s"})
  void aTimeIsWrittenAsForFlock(String time) throws IOException {
    try (Held held = Locks.flock(directory.resolve("w")).tryAcquire().orElseThrow()) {
      held.detach();
      assertEquals(75, run("lock", "--kind", "flock", "-w", time, path("w"), "--", "true"));
      assertEquals("", err.toString(), "quiet is quiet, as flock(1) is");
    }
  }

  /** The lock of {@code exec 9>>FILE; flock 9}: it is the shell's, and goes with it. */
  @ParameterizedTest
  @CsvSource({"ofd, 9>>, 0", "flock, 9>>, 0", "flock, 9<, 0", "ofd, 9<, 3"})
  void aDescriptorOfTheCallerIsLocked(String kind, String opened, int status) throws Exception {
    Path file = Files.createFile(directory.resolve("fd"));
    String script = "exec " + opened + "\"$1\"; shift; \"$@\"; echo $?; read x; exit 0";
    ProcessBuilder command = start("lock", "--kind", kind, "-n", "--fd", "9");
    command.environment().put(CallerState.DESCRIPTORS, " 0 1 2 9");
    command.command().addAll(0, List.of("sh", "-c", script, "sh", file.toString()));
    Process shell = command.start();
    assertEquals(status, Integer.parseInt(shell.inputReader().readLine()));
    HostLock lock = kind.equals("ofd") ? Locks.ofd(file) : Locks.flock(file);
    assertEquals(status != 0, lock.tryAcquire().map(this::letGo).isPresent());
    shell.outputWriter().close();
    assertEquals(0, shell.waitFor());
    assertTrue(lock.tryAcquire().map(this::letGo).isPresent(), "gone with the shell");
  }

  /** Whoever waits below the holder has what it waits for: that is said, and it is no holder. */
  @Test
  void whoInheritedItIsNotNamedAsTheOneWhoHoldsIt() throws Exception {
    List<String> inner = start("lock", "-n", path("inherited"), "--", "true").command();
    List<String> outer = new ArrayList<>(List.of("lock", path("inherited"), "--"));
    outer.addAll(inner);
    Process both = start(outer.toArray(new String[0])).redirectErrorStream(true).start();
    String said = new String(both.getInputStream().readAllBytes(), UTF_8);
    assertEquals(75, both.waitFor(), said);
    assertTrue(said.contains("this command inherited it"), said);
    assertFalse(said.contains("this process"), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "flock"})
  @SuppressWarnings("try") // it is closed in the middle of it all
  void aDescriptorIsBusyAndLetGoOf(String kind) throws Exception {
    Path file = directory.resolve("fd");
    HostLock lock = kind.equals("ofd") ? Locks.ofd(file) : Locks.flock(file);
    String script =
        "exec 9>>\"$1\"; shift; \"$@\" -n -E 5; echo $?; read x; \"$@\" -w 30; echo $?; read x;"
            + " \"$@\" -u; echo $?; read x";
    ProcessBuilder command = start("lock", "--kind", kind, "--quiet", "--fd", "9");
    command.environment().put(CallerState.DESCRIPTORS, " 0 1 2 9");
    command.command().addAll(0, List.of("sh", "-c", script, "sh", file.toString()));
    try (Held held = lock.tryAcquire().orElseThrow()) {
      Process shell = command.start();
      try (BufferedReader answers = shell.inputReader();
          Writer go = shell.outputWriter()) {
        assertEquals("5", answers.readLine());
        held.close();
        go.append('\n').flush();
        assertEquals("0", answers.readLine());
        assertTrue(lock.tryAcquire().isEmpty());
        go.append('\n').flush();
        assertEquals("0", answers.readLine());
        assertTrue(lock.tryAcquire().map(this::letGo).isPresent(), "let go of");
        go.append('\n');
      }
      shell.waitFor();
    }
  }

  @Test
  void soManySlotsAsWereAskedFor() throws IOException {
    HostLock file = Locks.ofd(directory.resolve("slots"));
    String second = "test $HOLDFAST_SLOT = 2";
    try (Held one = file.range(0, 1).tryAcquire().orElseThrow().detach()) {
      assertEquals(75, run("lock", "--slots", "1", "-n", path("slots"), "--", "true"));
      assertEquals(0, run("lock", "--slots", "2", "-n", path("slots"), "--", "sh", "-c", second));
      try (Held two = file.range(1, 1).tryAcquire().orElseThrow().detach()) {
        assertTrue(one.isOpen() && two.isOpen());
        assertEquals(75, run("lock", "--slots", "2", "-n", path("slots"), "--", "true"));
        assertEquals(75, run("lock", "--slots", "2", "-w", "0.01", path("slots"), "--", "true"));
      }
    }
  }

  @Test
  void theMembersOfAGroupShareIt() throws Exception {
    String gid = Files.getAttribute(directory, "unix:gid").toString();
    assertEquals(0, run("lock", "--group", gid, path("g"), "--", "true"), err::toString);
    Path made = directory.resolve("g");
    assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    assertEquals(gid, Files.getAttribute(made, "unix:gid").toString());
    assertEquals(0, run("lock", "--group", gid, "--mode", "0666", path("all"), "--", "true"));
    assertEquals(
        "rw-rw-rw-",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("all"))));
  }

  /** L08 as it happens: nothing excludes them, so it is said. */
  @ParameterizedTest
  @CsvSource({"ofd, flock, true", "flock, ofd, true", "ofd, none, false", "file, flock, false"})
  @SuppressWarnings("try") // it is closed in the middle of it all
  void aLockOfTheOtherFamilyIsTold(String kind, String there, boolean told) throws IOException {
    String name = directory + "/families\uDCFF";
    Path file = FileName.pathOf(name);
    HostLock other = there.equals("ofd") ? Locks.ofd(file) : Locks.flock(file);
    String lock = kind.equals("file") ? path("families.lock") : name;
    try (Held held = other.tryAcquire().orElseThrow()) {
      if (there.equals("none")) {
        held.close();
      }
      int status =
          Main.run(
              new PrintWriter(out, true),
              new PrintWriter(err, true),
              "lock",
              "--kind",
              kind,
              lock,
              "--",
              "true");
      assertEquals(0, status);
      assertEquals(told, err.toString().contains("[L08]"), err::toString);
    }
  }

  /** Not the JVM and its options, and not ourselves. */
  @Test
  void whoHoldsItIsTheProgram() throws Exception {
    Process first = start("lock", path("who"), "--", "sh", "-c", "echo $$; exec sleep 300").start();
    long job = Long.parseLong(first.inputReader().readLine());
    try {
      Main.run(
          new PrintWriter(out, true),
          new PrintWriter(err, true),
          "lock",
          "-n",
          path("who"),
          "--",
          "true");
      String line = err.toString().strip();
      assertTrue(line.contains("held by pid " + job + " (sleep 300), since "), line);
      assertTrue(line.endsWith("by holdfast lock, pid " + first.pid()), line);
    } finally {
      ProcessHandle.of(job).ifPresent(ProcessHandle::destroyForcibly);
      first.waitFor();
    }
  }

  /** As any other command: it does not print the threads of a JVM into the program's output. */
  @Test
  void quitEndsACommandThatWaits() throws Exception {
    try (Held held = Locks.ofd(directory.resolve("quit")).tryAcquire().orElseThrow()) {
      ProcessBuilder command = start("lock", path("quit"), "--", "true");
      command.redirectError(ProcessBuilder.Redirect.PIPE);
      command.environment().put(CallerState.SIGNALS, "0 0");
      command.command().addAll(0, List.of("sh", "-c", "ulimit -c 0; exec \"$@\"", "sh"));
      Process waiting = command.start();
      String word = waiting.errorReader().readLine();
      assertTrue(word.contains("waiting: held by"), word);
      new ProcessBuilder("kill", "-QUIT", Long.toString(waiting.pid())).start().waitFor();
      assertEquals(128 + 3, waiting.waitFor());
      assertEquals(List.of(), waiting.inputReader().readAllLines());
      assertTrue(held.isOpen());
    }
  }

  /** As the kernel has it: such a name is never that of the file without the slash. */
  @Test
  void aNameThatEndsInASlashIsADirectorys() throws IOException {
    String file = path("file");
    assertEquals(3, run("lock", file + "/", "--", "true"));
    assertTrue(err.toString().contains("EISDIR"), err::toString);
    assertFalse(Files.exists(Path.of(file)));
    Files.createFile(Path.of(file));
    assertEquals(3, run("lock", "--kind", "file", file + "/", "--", "true"));
    assertTrue(err.toString().contains("ENOTDIR"), err::toString);
    assertEquals(0, run("lock", "--kind", "flock", directory + "/", "--", "true"), err::toString);
    assertEquals(2, run("lock", "", "--", "true"));
    assertTrue(err.toString().contains("NAME: is empty"), err::toString);
  }

  @Test
  void bothFamiliesAtOnce() {
    String lock = path("both");
    String other = "flock -n " + lock + " true";
    assertEquals(0, run("lock", lock, "--", "sh", "-c", other), "one family alone: flock runs");
    assertEquals(1, run("lock", "--kind", "ofd,flock", lock, "--", "sh", "-c", other));
    // A dot lock has a name of its own, and is taken beside a record lock as mail programs do.
    assertEquals(0, run("lock", "--kind", "mail,ofd", "-n", lock, "--", "true"), err::toString);
  }

  @Test
  void theModeIsWhatWasAskedForWhateverTheUmask() throws IOException {
    assertEquals(0, run("lock", "--mode", "0666", path("m"), "--", "true"));
    assertEquals(
        "rw-rw-rw-",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("m"))));
  }

  /** Whoever may not look at the holder's descriptors sees the name that he typed. */
  @Test
  void locksOfAPathAreCheckedAndNamed() throws IOException {
    String file = path("checked");
    assertEquals(0, run("locks", "--check", file));
    assertEquals(2, run("locks", "--check"));
    try (Held held = Locks.file(Path.of(file)).tryAcquire().orElseThrow()) {
      assertEquals(75, run("locks", "--check", file), err::toString);
      assertEquals(0, run("locks", file));
      assertTrue(held.isOpen());
    }
    assertEquals(0, run("locks", "--check", file));
    try (Held held = Locks.flock(directory).tryAcquire().orElseThrow()) {
      // A directory can be locked; only a flock can be on it.
      assertEquals(75, run("locks", "--check", directory.toString()), err::toString);
      assertEquals(75, run("locks", "--check", directory + "/."), err::toString);
      assertTrue(held.isOpen());
    }
    assertEquals(0, run("locks", "/"), err::toString);
  }

  @Test
  void locksListsHoldersAndBreaksByToken() throws IOException {
    Path file = directory.resolve("file");
    Path ofd = directory.resolve("ofd");
    Held held = Locks.file(file).tryAcquire().orElseThrow();
    try (Held kernel = Locks.ofd(ofd).tryAcquire().orElseThrow()) {
      assertTrue(kernel.isOpen());
      assertEquals(0, run("locks", file.toString(), ofd.toString()), err::toString);
      String token = LockFileReport.at(file).orElseThrow().token();
      assertTrue(out.toString().contains(token), out::toString);
      assertTrue(out.toString().contains("OFDLCK exclusive pid " + ProcessHandle.current().pid()));
      assertEquals(0, run("locks", "--json", ofd.toString()));
      assertTrue(out.toString().contains("\"deadlocks\" : [ ]"), out::toString);
      assertEquals(1, run("locks", "break", file.toString(), "--token", "nonsense"));
      assertTrue(Files.exists(file));
      assertEquals(0, run("locks", "break", file.toString(), "--token", token));
      assertFalse(Files.exists(file));
      assertEquals(1, run("locks", "break", file.toString(), "--token", token));
      assertEquals(2, run("locks", "break", file.toString()));
    }
    assertThrows(java.io.UncheckedIOException.class, held::close);
  }
}
