package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.child.CallerState;
import dev.holdfast.locks.Locks;
import dev.holdfast.testing.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program of {@code holdfast lock} has and inherits, and how it ends. */
class LockedProgramTest extends LockCommandFixture {
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
}
