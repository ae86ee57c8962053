package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that do not end by themselves: started, used, and asked to end. */
class ServiceTest {
  private static final String PYTHON = "/usr/bin/python3";

  /** Stores what it is sent: under a name that anybody can foresee, or not. */
  private static final String SERVER =
      """
      import os, socket, sys, tempfile
      s = socket.socket()
      s.bind(('127.0.0.1', 8080))
      s.listen(5)
      print('ready', flush=True)
      open('/run/ready', 'w').close()
      while True:
          c, _ = s.accept()
          data = c.recv(1000)
          if sys.argv[1] == 'foreseen':
              f = open('/tmp/upload', 'wb')
          else:
              f = os.fdopen(tempfile.mkstemp(dir='/tmp')[0], 'wb')
          f.write(data)
          f.close()
          c.sendall(b'stored')
          c.close()
      """;

  private static final String CLIENT =
      PYTHON
          + " -I -S -c \"import socket; c = socket.create_connection(('127.0.0.1', 8080));"
          + " c.sendall(b'data'); assert c.recv(10) == b'stored'\"";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case server(String name) {
    TestHost.assumeProgram(PYTHON);
    return Case.of(List.of(PYTHON, "-I", "-S", "-c", SERVER, name))
        .withDirectory(Path.of("/"))
        .withTimeout(Duration.ofSeconds(60))
        .withTmp();
  }

  private static Case shell(String line) {
    return Case.of(List.of("/bin/sh", "-c", line)).withDirectory(Path.of("/")).withTmp();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"8080", "ready", "/run/ready", "port:8080", "text:rea", "file:/run/ready"})
  void whatItDoesForAClientIsAttacked(String ready) throws Exception {
    Case foreseen = server("foreseen").withUntil(ready).withClients(CLIENT);
    Proof proof = Prover.prove(foreseen, Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertTrue(proof.plainFollows() > 0, proof::toString);
    Proof unused = Prover.prove(server("foreseen").withUntil(ready), Progress.NONE);
    assertEquals(0, unused.exit(), unused::toString);
    assertEquals(0, unused.windows().size(), unused::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65536", "port:", "port:x", "file:run/ready", "text:"})
  void whatItCannotComeToIsRefused(String ready) {
    Case wrong = server("foreseen").withUntil(ready);
    ProveException refused =
        assertThrows(ProveException.class, () -> Prover.prove(wrong, Progress.NONE));
    assertTrue(refused.isWrongUse(), refused::toString);
  }

  @Test
  void aServiceThatHoldsIsNotAccused() throws Exception {
    Proof proof = Prover.prove(server("random").withClients(CLIENT, CLIENT), Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertEquals(0, proof.count(Verdict.EXPLOITED) + proof.undecided(), proof::toString);
  }

  /** What it does while it ends counts, and so does what it does before it is ready. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo $$ > /tmp/pid; echo up; exec sleep 1000",
        "echo $$ > /tmp/pid; echo up; while :; do :; done",
        "trap 'echo bye > /tmp/log; exit 3' TERM; echo up; while :; do sleep 0.1; done"
      })
  void itsStartAndItsEndAreAttacked(String line) throws Exception {
    Proof proof = Prover.prove(shell(line).withUntil("up"), Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertTrue(proof.plainFollows() > 0, proof::toString);
  }

  @Test
  void aClientThatFailsIsAFailedRun() throws Exception {
    Proof proof =
        Prover.prove(
            shell("echo up; exec sleep 1000").withUntil("up").withClients("exit 7"), Progress.NONE);
    assertEquals(7, proof.exit(), proof::toString);
    assertTrue(proof.notes().stream().anyMatch(n -> n.contains("client ended with 7")));
  }

  @Test
  void aServiceThatIsNeverReadyIsSaid() {
    ProveException ended =
        assertThrows(
            ProveException.class,
            () -> Prover.prove(shell("echo other; exit 4").withUntil("up"), Progress.NONE));
    assertTrue(
        String.valueOf(ended.getMessage()).contains("ended with 4 before it was ready"),
        ended::toString);
    ProveException late =
        assertThrows(
            ProveException.class,
            () ->
                Prover.prove(
                    shell("exec sleep 1000").withUntil("up").withTimeout(Duration.ofSeconds(1)),
                    Progress.NONE));
    assertTrue(
        String.valueOf(late.getMessage()).contains("was not ready within 1000 ms"), late::toString);
  }
}
