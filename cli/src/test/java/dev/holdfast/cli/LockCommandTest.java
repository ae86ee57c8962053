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
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LockCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Without notes: whether there are any depends on the file system of the machine. */
  private int run(String... args) {
    List<String> quiet = new ArrayList<>(List.of(args));
    quiet.add(1, "--quiet");
    String[] all = quiet.toArray(String[]::new);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  /** The command in a process of its own. */
  private ProcessBuilder start(String... args) {
    return new ProcessBuilder(CommandRun.process(args))
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "posix", "flock", "file", "nfs", "pid", "mail", "socket"})
  void theProgramsExitStatusIsOurs(String kind) {
    String name = kind.equals("socket") ? "holdfast-cli-" + directory.hashCode() : path(kind);
    assertEquals(7, run("lock", "--kind", kind, name, "--", "sh", "-c", "exit 7"));
    assertEquals("", err.toString());
  }

  @Test
  void aProgramThatASignalKilledIsToldByItsNumber() {
    assertEquals(128 + 9, run("lock", path("x"), "--", "sh", "-c", "kill -9 $$"));
  }

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

  /** As with env(1), which looks for a program as execvp(3) does. */
  @ParameterizedTest
  @ValueSource(
      strings = {"in-path", "./in-path", "in-path/x", "loop", "no-such", "/etc", "runs", "missing"})
  void aProgramThatCannotRunHasTheStatusThatItHasElsewhere(String name) throws Exception {
    Files.writeString(directory.resolve("in-path"), "");
    Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
    Path runs = Files.writeString(directory.resolve("runs"), "#!/bin/sh\nexit 6\n");
    assertTrue(runs.toFile().setExecutable(true));
    Path missing = Files.writeString(directory.resolve("missing"), "#!/no/such/shell\n");
    assertTrue(missing.toFile().setExecutable(true));
    String program = name.contains("/") || name.equals("loop") ? path(name) : name;
    String inPath = "PATH=" + directory + ":$PATH; export PATH; exec \"$@\"";
    ProcessBuilder ours = start("lock", path("status"), "--", program);
    ours.redirectError(ProcessBuilder.Redirect.DISCARD);
    ours.command().addAll(0, List.of("sh", "-c", inPath, "sh"));
    ProcessBuilder usual = new ProcessBuilder("sh", "-c", inPath, "sh", "env", program);
    assertEquals(usual.start().waitFor(), ours.start().waitFor(), name);
  }

  /** As with flock(1), unless --close is given. */
  @ParameterizedTest
  @ValueSource(strings = {"", "--exec", "--close"})
  void whatTheProgramLeavesRunningKeepsTheLock(String option) throws Exception {
    String leave = "sleep 300 </dev/null >/dev/null 2>&1 & echo $!";
    String lock = path("inherit");
    List<String> args = new ArrayList<>(List.of("lock", lock, "--", "sh", "-c", leave));
    if (!option.isEmpty()) {
      args.add(1, option);
    }
    Process command = start(args.toArray(String[]::new)).start();
    long left = Long.parseLong(command.inputReader().readLine().strip());
    assertEquals(0, command.waitFor());
    try {
      boolean free = Locks.ofd(Path.of(lock)).tryAcquire().map(this::letGo).isPresent();
      assertEquals(option.equals("--close"), free);
    } finally {
      ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** No death of ours lets a second program run beside the first. */
  @ParameterizedTest
  @CsvSource({
    "ofd, KILL",
    "posix, KILL",
    "flock, KILL",
    "pid, KILL",
    "file, KILL",
    "mail, KILL",
    "socket, KILL",
    "ofd, RTMIN",
    "ofd, SEGV"
  })
  void theProgramKeepsTheLockWhenWeAreKilled(String kind, String signal) throws Exception {
    String name = kind.equals("socket") ? "holdfast-killed-" + directory.hashCode() : path(kind);
    Process first =
        start("lock", "--kind", kind, name, "--", "sh", "-c", "echo $$; exec sleep 300").start();
    long job = Long.parseLong(first.inputReader().readLine().strip());
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(first.pid())).start().waitFor();
      first.waitFor();
      assertTrue(ProcessHandle.of(job).isPresent(), "the program runs on");
      assertEquals(75, run("lock", "--kind", kind, "-n", name, "--", "true"));
    } finally {
      ProcessHandle.of(job).ifPresent(ProcessHandle::destroyForcibly);
    }
    // When it has ended, the next one gets the lock, whatever was left behind.
    assertEquals(0, run("lock", "--kind", kind, "-w", "20", name, "--", "true"), err::toString);
  }

  /** It passes them on, or is killed by them; either way the lock is its program's. */
  @Test
  void noSignalLetsASecondProgramIn() throws Exception {
    List<String> passedOn =
        List.of(
            "HUP", "INT", "QUIT", "USR1", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "XCPU", "XFSZ",
            "VTALRM", "PROF", "IO", "PWR");
    String deaf = "trap '' " + String.join(" ", passedOn) + "; echo $$; exec sleep 300";
    Process first = start("lock", path("any"), "--", "bash", "-c", deaf).start();
    long job = Long.parseLong(first.inputReader().readLine());
    try {
      for (String signal : passedOn) {
        new ProcessBuilder("kill", "-" + signal, Long.toString(first.pid())).start().waitFor();
        assertTrue(Locks.ofd(directory.resolve("any")).tryAcquire().isEmpty(), signal);
        assertTrue(first.isAlive(), signal);
      }
      new ProcessBuilder("kill", "-RTMIN", Long.toString(first.pid())).start().waitFor();
      first.waitFor();
      assertTrue(ProcessHandle.of(job).isPresent(), "the program is deaf");
      assertTrue(Locks.ofd(directory.resolve("any")).tryAcquire().isEmpty());
    } finally {
      ProcessHandle.of(job).ifPresent(ProcessHandle::destroyForcibly);
    }
    assertEquals(0, run("lock", "-w", "20", path("any"), "--", "true"), err::toString);
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

  @Test
  void aPidFileNamesTheProgram() {
    String same = "test \"$(cat " + path("d.pid") + ")\" = $$";
    assertEquals(
        0, run("lock", "--kind", "pid", path("d.pid"), "--", "sh", "-c", same), err::toString);
    assertFalse(Files.exists(directory.resolve("d.pid")));
  }

  @Test
  void aPidFileNamesTheProgramThatTakesOurPlace() throws Exception {
    String same = "test \"$(cat " + path("e.pid") + ")\" = $$";
    Process command =
        start("lock", "--exec", "--kind", "pid", path("e.pid"), "--", "sh", "-c", same).start();
    assertEquals(0, command.waitFor());
  }

  /** Whoever signals the number in the file means the daemon, not who started it and has ended. */
  @Test
  void aPidFileNamesWhatTheProgramLeftRunning() throws Exception {
    String leave = "sleep 300 </dev/null >/dev/null 2>&1 & echo $!";
    Process command =
        start("lock", "--kind", "pid", path("left.pid"), "--", "sh", "-c", leave).start();
    String left = command.inputReader().readLine().strip();
    assertEquals(0, command.waitFor());
    ProcessHandle running = ProcessHandle.of(Long.parseLong(left)).orElseThrow();
    try {
      assertEquals(left, Files.readString(directory.resolve("left.pid")).strip());
      assertEquals(75, Main.run(new PrintWriter(out, true), new PrintWriter(err, true), busyPid()));
      assertTrue(err.toString().contains("held by pid " + left + " (sleep 300)"), err::toString);
      assertEquals(75, run("locks", "--check", path("left.pid")));
      assertFalse(out.toString().contains("DEAD"), out::toString);
    } finally {
      running.destroyForcibly();
      running.onExit().get();
    }
    assertEquals(0, run("lock", "--kind", "pid", "-w", "20", path("left.pid"), "--", "true"));
  }

  private String[] busyPid() {
    return new String[] {"lock", "--kind", "pid", "-n", path("left.pid"), "--", "true"};
  }

  /** A daemon that closes all that it was given says by its number that it is there. */
  @ParameterizedTest
  @CsvSource({"true, 75", "false, 0"})
  void aDaemonThatClosesTheLockIsRespectedIfItWroteItsNumber(boolean writes, int status)
      throws Exception {
    String file = path("closes.pid");
    String write = writes ? "echo $! > " + file + "; " : "";
    String leave = "sleep 300 </dev/null >/dev/null 2>&1 & " + write + "echo $!";
    Process command =
        start("lock", "--close", "--kind", "pid", file, "--", "sh", "-c", leave).start();
    long left = Long.parseLong(command.inputReader().readLine().strip());
    assertEquals(0, command.waitFor());
    ProcessHandle running = ProcessHandle.of(left).orElseThrow();
    try {
      assertEquals(writes, Files.exists(Path.of(file)));
      assertEquals(status, run("lock", "--kind", "pid", "-n", file, "--", "true"));
    } finally {
      running.destroyForcibly();
      running.onExit().get();
    }
    assertEquals(0, run("lock", "--kind", "pid", "-w", "20", file, "--", "true"));
  }

  /** A daemon writes its own number, as daemons do, and crashes with its wrapper. */
  @Test
  void aPidFileIsTakenOverWhoeverWroteTheNumber() throws Exception {
    String daemon = "(echo $BASHPID >" + path("c.pid") + "); echo $$; exec sleep 300";
    Process command =
        start("lock", "--kind", "pid", path("c.pid"), "--", "bash", "-c", daemon).start();
    long job = Long.parseLong(command.inputReader().readLine().strip());
    command.destroyForcibly().waitFor();
    ProcessHandle running = ProcessHandle.of(job).orElseThrow();
    running.destroyForcibly();
    running.onExit().get();
    assertEquals(0, run("lock", "--kind", "pid", "-w", "20", path("c.pid"), "--", "true"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "flock", "pid", "file", "mail"})
  void theStatusIsTheProgramsAlsoIfItRemovesTheLockFile(String kind) {
    String file = kind.equals("mail") ? path("gone.lock") : path("gone");
    int status =
        run("lock", "--kind", kind, path("gone"), "--", "sh", "-c", "rm -f " + file + "; exit 7");
    assertEquals(7, status, err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains("removed or replaced"), err::toString);
  }

  @Test
  void theProgramHasItsCallersDescriptorsAndNoneOfOurs() throws Exception {
    ProcessBuilder command = start("lock", path("fds5"), "--", "sh", "-c", "echo x >&5");
    command.environment().put(CallerState.DESCRIPTORS, " 0 1 2 5");
    command
        .command()
        .addAll(0, List.of("sh", "-c", "exec 5>\"$1\"; shift; exec \"$@\"", "sh", path("log")));
    assertEquals(0, command.start().waitFor());
    assertEquals("x\n", Files.readString(directory.resolve("log")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--exec"})
  void theProgramHasItsCallersSignals(String option) throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "lock", path("signals"), "--", "grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"));
    if (!option.isEmpty()) {
      args.add(1, option);
    }
    ProcessBuilder command = start(args.toArray(String[]::new));
    // Blocked: USR1. Ignored: QUIT, USR2, PIPE.
    command.environment().put(CallerState.SIGNALS, "0000000000000200 0000000000001804");
    Process started = command.start();
    List<String> lines = started.inputReader().readAllLines();
    assertEquals(2, lines.size());
    assertEquals("SigBlk:\t0000000000000200", lines.getFirst());
    // The C library keeps signals 32 and 33 for itself, and lets nobody change them.
    long ignored = Long.parseUnsignedLong(lines.getLast().substring("SigIgn:\t".length()), 16);
    assertEquals(0x1804, ignored & ~(3L << 31));
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

  /** The JVM lets nobody have it; it is heard of by a descriptor that the launcher keeps free. */
  @ParameterizedTest
  @CsvSource({"0 1 2,'exec 3</dev/null',42", "0 1 2 3,'exec 3</proc/self/stat',7"})
  void quitIsPassedOnWhereTheCallerHasNoThirdDescriptor(
      String descriptors, String before, int expected) throws Exception {
    Path go = directory.resolve("go");
    String job =
        "trap 'exit 42' QUIT; echo ready; until [ -e '" + go + "' ]; do sleep 0.05; done; exit 7";
    ProcessBuilder command = start("lock", path("quit"), "--", "sh", "-c", job);
    command.environment().put(CallerState.SIGNALS, "0 0");
    command.environment().put(CallerState.DESCRIPTORS, descriptors);
    command.command().addAll(0, List.of("sh", "-c", before + "; exec \"$@\"", "sh"));
    Process started = command.start();
    assertEquals("ready", started.inputReader().readLine());
    for (int i = 0; i < 3; i++) {
      new ProcessBuilder("kill", "-QUIT", Long.toString(started.pid())).start().waitFor();
    }
    if (expected != 42) {
      Files.createFile(go);
    }
    assertEquals(expected, started.waitFor());
    assertEquals(List.of(), started.inputReader().readAllLines());
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

  @Test
  void aProgramThatTakesTooLongIsEnded() {
    assertEquals(124, run("lock", "--at-most", "0.1", path("long"), "--", "sleep", "300"));
  }

  /** As with timeout(1): what a shell runs is ended with it, and so the lock is free. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep 300; true",
        "sleep 300 & sleep 300",
        "kill -STOP $$; true",
        "setsid -w sleep 300; true"
      })
  void whatAProgramThatTakesTooLongHasStartedIsEnded(String script) throws IOException {
    int status = run("lock", "--at-most", "0.3", path("tree"), "--", "sh", "-c", script);
    assertEquals(124, status, err::toString);
    assertTrue(Locks.ofd(directory.resolve("tree")).tryAcquire().map(this::letGo).isPresent());
  }

  @Test
  void whatAProgramThatEndedInTimeHasLeftRunningIsNotEnded() throws Exception {
    String leave = "sleep 300 </dev/null >/dev/null 2>&1 & echo $!";
    Process command =
        start("lock", "--at-most", "50", path("left"), "--", "sh", "-c", leave).start();
    long left = Long.parseLong(command.inputReader().readLine().strip());
    assertEquals(0, command.waitFor());
    ProcessHandle running = ProcessHandle.of(left).orElseThrow();
    assertTrue(running.isAlive());
    running.destroyForcibly();
  }

  @Test
  void aCommandLineGoesToTheShell() {
    assertEquals(4, run("lock", "-c", "true && exit 4", path("c")));
  }

  @Test
  void theProgramHasNoDescriptorsOfOurs() throws Exception {
    Process command = start("lock", "--close", path("fds"), "--", "ls", "/proc/self/fd").start();
    List<String> open = command.inputReader().readAllLines();
    assertEquals(0, command.waitFor());
    // The fourth is its own, of the directory.
    assertEquals(List.of("0", "1", "2", "3"), open);
  }

  @Test
  void theShellRunsWhatNamesNoInterpreter() throws IOException {
    Path script = Files.writeString(directory.resolve("script"), "test \"$1\" = a && exit 5\n");
    assertTrue(script.toFile().setExecutable(true));
    assertEquals(5, run("lock", path("script-lock"), "--", script.toString(), "a"));
  }

  @Test
  void theEnvironmentIsPassedOnByteForByte() throws Exception {
    String show = "printf %s \"$BYTES\" | od -An -tx1";
    ProcessBuilder command = start("lock", path("bytes"), "--", "sh", "-c", show);
    command.command().addAll(0, List.of("sh", "-c", "BYTES=$(printf '\\377') exec \"$@\"", "sh"));
    Process started = command.start();
    assertEquals(List.of(" ff"), started.inputReader().readAllLines());
    assertEquals(0, started.waitFor());
  }

  @Test
  void theStatusArrivesEvenIfChildrenWereIgnored() throws Exception {
    ProcessBuilder command = start("lock", path("ignored"), "--", "sh", "-c", "exit 7");
    command.command().addAll(0, List.of("env", "--ignore-signal=CHLD"));
    assertEquals(7, command.start().waitFor());
  }

  private boolean letGo(Held held) {
    held.close();
    return true;
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void signalsArePassedOn(String signal) throws Exception {
    String program = "trap 'exit 42' " + signal + "; echo ready; while :; do sleep 0.05; done";
    Process command = start("lock", path("signal"), "--", "sh", "-c", program).start();
    try {
      assertEquals("ready", command.inputReader().readLine());
      new ProcessBuilder("kill", "-" + signal, Long.toString(command.pid())).start().waitFor();
      assertEquals(42, command.waitFor());
      Locks.ofd(directory.resolve("signal")).tryAcquire().orElseThrow().close();
    } finally {
      command.destroyForcibly();
    }
  }

  /** Through us where the terminal does not reach it: in a session of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"", "setsid -w"})
  void whatIsTypedAtATerminalReachesTheProgram(String apart) throws Exception {
    Requirements.program("script");
    String job = "trap 'exit 42' INT; echo ready; while :; do sleep 0.05; done\n";
    Path script = Files.writeString(directory.resolve("job"), job);
    List<String> words = new ArrayList<>(List.of("lock", path("terminal"), "--"));
    words.addAll(apart.isEmpty() ? List.of() : List.of(apart.split(" ", -1)));
    words.addAll(List.of("sh", script.toString()));
    String line = "exec '" + String.join("' '", CommandRun.process(words.toArray(String[]::new)));
    ProcessBuilder terminal = new ProcessBuilder("script", "-qefc", line + "'", "/dev/null");
    terminal.environment().put("SHELL", "/bin/sh");
    Process started = terminal.start();
    try (BufferedReader shown = started.inputReader();
        Writer typed = started.outputWriter()) {
      assertEquals("ready", shown.readLine());
      typed.append('\003').flush();
      assertEquals(42, started.waitFor());
    } finally {
      started.destroyForcibly();
    }
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
