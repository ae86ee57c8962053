package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stands in the attacker's directory is moved to one where the attacker can change nothing,
 * and used there by a name that looks safe.
 */
class CarriedOutTest {
  private static final String HIS =
      "chmod 700 /private; mkdir /arena/d; echo : > /arena/a; echo : > /arena/d/a; chown -R nobody"
          + " /arena";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof shell(String line, String... setup) throws ProveException {
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", line))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withFresh(Path.of("/private"), Path.of("/out"))
            .withSetup(setup),
        Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "mv /arena/a /private/a; cat /private/a > /out/all,                                LEAK",
    "mv /arena/a /private/a; chmod 640 /private/a,                                         META",
    "mv /arena/a /private/a; echo done >> /private/a,                                      WRITE",
    "mv /arena/a /private/a; . /private/a,                                                 EXEC",
    "ln /arena/a /private/a; chmod 640 /private/a,                                         META",
    "cd /arena; mv a /private/; cd /private; chmod 640 a,                                  META",
    "mv /arena/d /private/d; echo x > /private/d/log,                                      CREATE",
    "mv /arena/d /private/d; [ -L /private/d ] || echo x > /private/d/log,                 WRITE",
    "mv /arena/d /private/; cd /private/d; [ -L ../d ] || chmod 640 a,                     META",
    "mv /arena/d /private/d; [ -L /private/d ] || { mkdir -p /private/d/o; echo x > /private/d/o/l;"
        + " }, CREATE",
    "mv /arena/d /private/d; [ -L /private/d ] || cat /private/d/* > /out/all,         LEAK",
    "mv /arena/d /private/d; [ -L /private/d ] || for f in /private/d/*; do . $f; done,    EXEC",
  })
  void whatWasMovedIsStillTheAttackers(String line, Effect effect) throws Exception {
    Proof proof = shell("umask 022; " + line + "; true", HIS);
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.label() == Label.PLAIN_FOLLOW && w.effects().contains(effect)),
        proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mv /arena/a /private/a",
        "mv /arena/d /private/d",
        "mv /arena/a /private/a; chown -h bin /private/a",
        "mv /arena/a /private/a; [ -L /private/a ] || [ $(stat -c %h /private/a) != 1 ]"
            + " || cat /private/a > /out/all",
        "mv /arena/d /private/d; [ -L /private/d ] || chown -hR bin /private/d",
        "mv /arena/d /private/d; [ -L /private/d ]"
            + " || find /private/d -type f -links 1 -exec cat {} + > /out/all",
        "mv /arena/d /private/d; rm -rf /private/d",
      })
  void whoLooksAtWhatItMovedHolds(String line) throws Exception {
    Proof proof = shell("umask 022; " + line + "; true", HIS);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(!proof.windows().isEmpty(), proof::toString);
  }

  /** Whose the file is makes no difference to whoever runs it. */
  @ParameterizedTest
  @CsvSource({
    "sh /arena/a,         EXEC",
    ". /arena/a,          EXEC",
    "sh < /arena/a,       EXEC",
    "eval \"$(cat /arena/a)\", EXEC",
    "sed -f /arena/a /etc/passwd > /dev/null, EXEC",
  })
  void itsOwnFileIsRun(String line, Effect effect) throws Exception {
    Proof proof = shell(line + "; true", HIS);
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.label() == Label.PLAIN_FOLLOW && w.effects().contains(effect)),
        proof::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat /arena/a > /dev/null", "read x < /arena/a"})
  void itsOwnFileIsOnlyRead(String line) throws Exception {
    Proof proof = shell(line + "; true", HIS);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }
}
