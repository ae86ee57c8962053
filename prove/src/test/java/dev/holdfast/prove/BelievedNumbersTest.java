package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of the attacker's says which process the program signals. */
class BelievedNumbersTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof shell(String setup, String line) throws ProveException {
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", line + "; true"))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withSetup(setup),
        Progress.NONE);
  }

  private static Proof of(String pid, String line) throws ProveException {
    return shell("echo " + pid + " > /arena/d.pid; chown -R nobody /arena", line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[ -f /arena/d.pid ] && kill $(cat /arena/d.pid)",
        "kill -HUP \"$(cat /arena/d.pid)\"",
        "read p < /arena/d.pid; kill -0 $p && kill -9 $p",
        "kill -TERM -$(cat /arena/d.pid)",
        "p=$(cat /arena/d.pid); [ -d /proc/$p ] && kill $p",
        "xargs kill < /arena/d.pid",
      })
  void whomItNamesIsSignalled(String line) throws Exception {
    Proof proof = of("99999", line);
    assertTrue(
        proof.windows().stream()
            .anyMatch(
                w ->
                    w.label() == Label.PLAIN_FOLLOW
                        && w.effects().contains(Effect.SIGNAL)
                        && w.window().hazard() == Hazard.S17),
        proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p=$(cat /arena/d.pid); grep -q myd /proc/$p/cmdline && kill $p",
        "p=$(cat /arena/d.pid); [ \"$(stat -c %U /proc/$p)\" = nobody ] && kill $p",
        "kill -0 $(cat /arena/d.pid) && exit 75",
        "cat /arena/d.pid",
        "cat /arena/d.pid; kill -HUP 1",
      })
  void whoLooksAtTheProcessHolds(String line) throws Exception {
    Proof proof = of("99999", line);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  /** Not only by kill(2). */
  @ParameterizedTest
  @CsvSource({
    "'signal.pidfd_send_signal(os.pidfd_open(n), 15)', true",
    "'signal.pidfd_send_signal(os.pidfd_open(n), 0)', false",
    "'os.pidfd_open(n)', false",
    "'ctypes.CDLL(None).sigqueue(n, 15, None)', true",
    "'ctypes.CDLL(None).syscall(234, n, n, 15)', true",
    "'ctypes.CDLL(None).syscall(234, n, n, 0)', false",
  })
  void otherCallsSignalToo(String does, boolean loses) throws Exception {
    TestHost.assumeProgram("python3");
    String line =
        "import ctypes, os, signal; n = int(open('/arena/d.pid').read()); " + does.strip();
    Proof proof = of("99999", "/usr/bin/python3 -c \"" + line + "\"");
    assertEquals(
        loses,
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.SIGNAL)),
        proof::toString);
  }

  @Test
  void theFileNeedNotBeThere() throws Exception {
    Proof proof =
        shell("chown nobody /arena", "[ -f /arena/run.pid ] && kill $(cat /arena/run.pid)");
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.SIGNAL)),
        proof::toString);
  }

  @Test
  void anyFileWithNothingButANumberMayNameAProcess() throws Exception {
    Proof proof =
        shell(
            "echo 99999 > /arena/lock; chown -R nobody /arena",
            "p=$(head -n 1 /arena/lock); kill $p");
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.SIGNAL)),
        proof::toString);
  }

  @Test
  void aNumberThatIsRunIsStillRun() throws Exception {
    Proof proof = shell("echo 1 > /arena/n; chown -R nobody /arena", ". /arena/n");
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.EXEC)), proof::toString);
  }
}
