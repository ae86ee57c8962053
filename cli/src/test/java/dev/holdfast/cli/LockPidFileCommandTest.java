package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code holdfast lock --kind pid}: whose number stands in the file. */
class LockPidFileCommandTest extends LockCommandFixture {
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
}
