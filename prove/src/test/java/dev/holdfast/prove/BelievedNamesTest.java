package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of the attacker's says which files the program works on, or what it runs. */
class BelievedNamesTest {
  private static final String LISTS =
      "echo 1 > /private/a; mkdir /private/s; echo x > /arena/a; cd /arena; echo a > names; echo"
          + " /private/a > paths; echo /private/s > dirs; echo : > /private/s.sh; echo"
          + " lib=/private/s.sh > libs; echo s.sh > mine; echo games > homes; echo cmd=/bin/true >"
          + " conf; chown -R nobody /arena";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof shell(String line) throws ProveException {
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", line + "; true"))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withFresh(Path.of("/private"))
            .withSetup(LISTS),
        Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "cd /arena; xargs rm -f < names,                                                 DELETE",
    "while read f; do rm -f \"/private/$f\"; done < /arena/names,                    DELETE",
    "while read f; do chmod 600 \"$f\"; done < /arena/paths,                         META",
    "while read f; do echo x >> \"$f\"; done < /arena/paths,                         WRITE",
    "for d in $(cat /arena/dirs); do touch $d/new; done,                             CREATE",
    "while read f; do mkdir -p \"/srv/$f\"; done < /arena/homes,                       CREATE",
    "for d in $(cat /arena/dirs); do rm -rf $d; done,                                DELETE",
    "c=$(sed -n s/cmd=//p /arena/conf); $c,                                          EXEC",
  })
  void whatItSaysIsDone(String line, Effect effect) throws Exception {
    Proof proof = shell(line);
    assertTrue(
        proof.windows().stream()
            .filter(w -> w.window().strike() == Strike.NAMED)
            .anyMatch(w -> w.label() == Label.PLAIN_FOLLOW && w.effects().contains(effect)),
        proof::toString);
  }

  /** What is only read may be a script, or a library. */
  @ParameterizedTest
  @CsvSource({
    "'l=$(sed -n s/lib=//p /arena/libs); . \"$l\"', true",
    "'cd /private; while read f; do sh \"$f\"; done < /arena/mine', true",
    "'l=$(sed -n s/lib=//p /arena/libs); wc -c \"$l\"', false",
    "'l=$(sed -n s/lib=//p /arena/libs); case $l in /private/*) case $l in *..*) ;; *) . $l;;"
        + " esac;; esac', false",
  })
  void whatItNamesIsRunAsAScript(String line, boolean loses) throws Exception {
    Proof proof = shell(line);
    assertEquals(
        loses,
        proof.windows().stream()
            .filter(w -> w.window().strike() == Strike.NAMED_OWN)
            .anyMatch(w -> w.effects().contains(Effect.EXEC)),
        proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.window().strike() == Strike.NAMED_OWN),
        proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while read f; do case $f in */*) ;; *) rm -f \"/private/$f\";; esac; done < /arena/names",
        "while read f; do [ \"$f\" = /private/a ] && chmod 600 /private/a; done < /arena/paths",
        "c=$(sed -n s/cmd=//p /arena/conf); case $c in /bin/true) $c;; esac",
      })
  void whoLooksAtTheNameHolds(String line) throws Exception {
    Proof proof = shell(line);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.window().strike() == Strike.NAMED),
        proof::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat /arena/paths > /dev/null", "read f < /arena/paths; ls /private"})
  void whatIsNotUsedIsNotTried(String line) throws Exception {
    Proof proof = shell(line);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertTrue(
        proof.windows().stream().noneMatch(w -> w.window().strike() == Strike.NAMED),
        proof::toString);
  }
}
