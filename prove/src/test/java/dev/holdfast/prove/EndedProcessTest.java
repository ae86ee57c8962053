package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that was killed, or has ended, is not found alive by those that come after it. */
class EndedProcessTest {
  private static final String LOCK = "/own/lock";

  /** Believes the lock if the process in it lives, as {@code kill -0} tells. */
  private static final String ASKS =
      "p=$(cat /own/lock 2> /dev/null); [ -z \"$p\" ] || ! kill -0 $p 2> /dev/null || exit 75; ";

  /** Believes every lock. */
  private static final String BELIEVES = "[ ! -e /own/lock ] || exit 75; ";

  private static final String WORK = "echo $$ > /own/lock; echo done > /own/out; rm -f /own/lock";

  /** Nobody is there but the first two processes, this shell, and what it starts. */
  private static final String ALONE =
      "for d in /proc/[0-9]*; do p=${d#/proc/};" + " [ $p -le 2 ] || [ $p = $$ ] || exit 1; done";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds");
  }

  private static Case own(String... argv) {
    return Case.of(List.of(argv)).withDirectory(Path.of("/")).withFresh(Path.of("/own"));
  }

  private static Proof prove(Case what) throws ProveException {
    return Prover.prove(what, Progress.NONE);
  }

  private static Proof killed(String victim, String check) throws ProveException {
    return prove(own("/bin/sh", "-c", victim).withIntruders(Intruder.KILL).withChecks(check));
  }

  private static Proof after(String rival) throws ProveException {
    return prove(
        own("/bin/sh", "-c", ASKS + WORK)
            .withIntruders(Intruder.RIVAL)
            .withRivals(rival)
            .withChecks("test -e /own/out"));
  }

  private static void assertHeld(Proof proof) {
    assertTrue(!proof.windows().isEmpty(), proof::toString);
    assertEquals(proof.windows().size(), proof.count(Verdict.SURVIVED), proof::toString);
  }

  @Test
  void killedHolderOfLockIsNotAlive() throws Exception {
    String again = "/bin/sh -c '%s'; test -e /own/out";
    assertHeld(killed(ASKS + WORK, again.formatted(ASKS + WORK)));
    Proof believing = killed(BELIEVES + WORK, again.formatted(BELIEVES + WORK));
    assertTrue(believing.races() > 0, believing::toString);
  }

  @Test
  void rivalThatHasEndedIsNotAlive() throws Exception {
    assertHeld(after("echo $$ > " + LOCK));
    Proof living = after("echo 1 > " + LOCK);
    assertTrue(living.plainFollows() + living.races() > 0, living::toString);
  }

  /** Forms of what outlives its parent: the daemon, its child, and the child of a killed group. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(setsid sh -c 'sleep 0.01 & exit 0' &) ; : > /own/f",
        "( ( ( : ) & ) & ) ; : > /own/f",
        "setsid sh -c '(sleep 1000 & sleep 1000 & wait) & : > /own/f; kill -9 0'"
      })
  void nothingOfTheVictimIsFoundAfterIt(String victim) throws Exception {
    assertHeld(killed(victim, ALONE));
    // The check does see who is there.
    assertThrows(ProveException.class, () -> killed(victim, "sleep 1000 & " + ALONE));
  }

  /** Who is killed in the middle of a fork cannot tell of its child any more. */
  @Test
  void childOfForkThatWasCutShortIsGone(@TempDir Path directory) throws Exception {
    Path forker =
        TestHost.compileText(
            directory,
            "forker",
            """
            #include <fcntl.h>
            #include <signal.h>
            #include <sys/wait.h>
            #include <unistd.h>
            int main(void) {
              for (int i = 0; i < 3; i++)
                if (fork() == 0)
                  for (;;) {
                    pid_t child = fork();
                    if (child == 0) _exit(0);
                    if (child > 0) waitpid(child, 0, 0);
                  }
              for (int i = 0; i < 20; i++) {
                char name[] = "/own/a";
                name[5] += i;
                close(open(name, O_CREAT | O_WRONLY, 0600));
              }
              kill(0, SIGKILL);
            }
            """);
    assertHeld(prove(own(forker.toString()).withIntruders(Intruder.KILL).withChecks(ALONE)));
  }
}
