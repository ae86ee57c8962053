package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the attacker's directory has names that the program takes for words. */
class NamesAsWordsTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof shell(String line) throws ProveException {
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", line + "; true"))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withFresh(Path.of("/backup"))
            .withSetup("echo x > /arena/a; mkdir /arena/d; chown -R nobody /arena"),
        Progress.NONE);
  }

  private static void assumeProgram(String name) {
    assumeTrue(
        Stream.of("/bin", "/usr/bin").anyMatch(d -> Files.isExecutable(Path.of(d, name))),
        () -> "needs " + name);
  }

  private static boolean isWon(Proof proof, Effect effect) {
    return proof.windows().stream()
        .anyMatch(w -> w.window().strike() == Strike.WORDS && w.effects().contains(effect));
  }

  @ParameterizedTest
  @CsvSource({
    "find /arena -type f | xargs rm -f,                         DELETE",
    "cd /arena; find . -type f -mtime +7 | xargs rm -f,         DELETE",
    "for f in $(find /arena -type f); do chmod 600 $f; done,    META",
    "find /arena -type f | while read f; do rm -f \"$f\"; done, DELETE",
    "cd /arena; for f in *; do sh -c \"cat $f\"; done,          EXEC",
    "for f in /arena/*; do eval \"set -- $f\"; done,            EXEC",
  })
  void whoTakesThemForWordsLoses(String line, Effect effect) throws Exception {
    Proof proof = shell(line);
    assertTrue(isWon(proof, effect), proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "find /arena -type f -print0 | xargs -0 rm -f",
        "find /arena -type f -delete",
        "cd /arena; for f in ./*; do rm -f -- \"$f\"; done",
        "for f in /arena/*; do sh -c 'rm -f -- \"$1\"' sh \"$f\"; done",
      })
  void whoTakesThemForNamesHolds(String line) throws Exception {
    Proof proof = shell(line);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.window().strike() == Strike.WORDS),
        proof::toString);
    assertEquals(
        List.of(),
        proof.windows().stream()
            .filter(w -> w.window().strike() == Strike.WORDS)
            .filter(w -> w.verdict() == Verdict.EXPLOITED || w.verdict().undecided())
            .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar -cf /backup/a.tar *", "tar -cf /backup/a.tar -- *"})
  void anOptionIsAnOption(String line) throws Exception {
    assumeProgram("tar");
    Proof proof = shell("cd /arena; " + line);
    assertEquals(!line.contains("--"), isWon(proof, Effect.EXEC), proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cd /arena; perl -e '@ARGV = glob(\"*\"); while (<>) {}'",
        "perl -e 'for (glob(\"/arena/*\")) { open(F, $_); }'",
      })
  void perlOpensCommands(String line) throws Exception {
    assumeProgram("perl");
    Proof proof = shell(line);
    assertTrue(isWon(proof, Effect.EXEC), proof::toString);
    Proof named = shell("perl -e 'for (glob(\"/arena/*\")) { open(F, \"<\", $_); }'");
    assertEquals(0, named.count(Verdict.EXPLOITED), named::toString);
  }
}
