package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Doer;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A finding says who makes the call, and a failure why. */
class WhoAndWhyTest {
  private static final String PYTHON = "/usr/bin/python3";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case of(String... argv) {
    return Case.of(List.of(argv)).withDirectory(Path.of("/")).withArena(Path.of("/srv/x"));
  }

  @Test
  void theThreadTheProgramAndItsDirectoryAreTold() throws Exception {
    TestHost.assumeProgram(PYTHON);
    String thread =
        """
        import os, threading
        def work():
            open('/proc/thread-self/comm', 'w').write('worker-1')
            os.chdir('/tmp')
            os.chmod('/srv/x/f', 0o600)
        t = threading.Thread(target=work); t.start(); t.join()
        """;
    Proof proof =
        Prover.prove(
            of("/bin/sh", "-c", "cat /srv/x/f; exec " + PYTHON + " -I -S -c \"$0\"", thread)
                .withSetup("echo > /srv/x/f"),
            Progress.NONE);
    List<Doer> doers =
        proof.windows().stream()
            .map(WindowResult::window)
            .filter(w -> w.entry().equals("f"))
            .map(w -> w.use().doer())
            .toList();
    assertTrue(doers.contains(new Doer(List.of("cat", "/srv/x/f"), "cat", "/")), proof::toString);
    assertTrue(
        doers.stream()
            .anyMatch(
                d ->
                    d.command().getFirst().equals(PYTHON)
                        && d.thread().equals("worker-1")
                        && d.directory().equals("/tmp")),
        proof::toString);
  }

  @Test
  void theLastLinesOfAFailingProgramAreTold() throws Exception {
    Proof proof =
        Prover.prove(
            of("/bin/sh", "-c", "seq 2000; echo 'no such user' >&2; exit 3"), Progress.NONE);
    assertEquals(
        List.of(
            "the undisturbed run ended with 3, and printed last: 1997 | 1998 | 1999 | 2000 | no"
                + " such user"),
        proof.notes());
  }

  @Test
  void whatACheckSaysIsTold() {
    ProveException broken =
        assertThrows(
            ProveException.class,
            () ->
                Prover.prove(
                    of("/bin/sh", "-c", "echo lots").withChecks("echo two lines of two; false"),
                    Progress.NONE));
    assertTrue(
        String.valueOf(broken.getMessage()).endsWith("exits 1: two lines of two"),
        broken::toString);
  }

  /** That it was killed is said once. */
  @Test
  void aRunThatDoesNotEndIsNotedOnce() throws Exception {
    Proof proof =
        Prover.prove(
            of("/bin/sh", "-c", "echo waiting; sleep 1000").withTimeout(Duration.ofSeconds(1)),
            Progress.NONE);
    assertEquals(1, proof.notes().stream().filter(n -> n.contains("undisturbed")).count());
    assertTrue(proof.notes().toString().contains("printed last: waiting"), proof::toString);
  }
}
